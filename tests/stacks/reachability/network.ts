import type { WireObject } from "../../../engine/wire";
import { at, type Manifests } from "../kubernetesManifests";

type Labels = Readonly<Record<string, string>>;

/** Something with an address that others may try to reach: a pod of the plan, one of its neighbours, or a host. */
export interface Node {
  readonly name: string;
  /** Undefined: outside the cluster. */
  readonly namespace?: string;
  readonly labels: Labels;
  readonly address: string;
}

const NAME_LABEL = "app.kubernetes.io/name";

/** Where each kind keeps the labels of its pods. */
const POD_LABELS: Readonly<Record<string, string>> = {
  Deployment: "spec.template.metadata.labels",
  StatefulSet: "spec.template.metadata.labels",
  DaemonSet: "spec.template.metadata.labels",
  Job: "spec.template.metadata.labels",
  CronJob: "spec.jobTemplate.spec.template.metadata.labels",
};

/** Kinds whose operator makes the pods, with the label it gives them. */
const OPERATED: Readonly<Record<string, string>> = {
  Cluster: "cnpg.io/cluster",
  Elasticsearch: "elasticsearch.k8s.elastic.co/cluster-name",
};

/** Every pod a placement's plan leads to, one for all of a kind: they differ in nothing a policy reads. */
export function podsOf(plan: Manifests, placement: string): readonly Node[] {
  const own = plan.all.filter(({ name }) => name.startsWith(`${placement}-`));
  const found = own.flatMap(({ kind, inputs }) => {
    const path = POD_LABELS[kind];
    const namespace = at(inputs, "metadata.namespace");
    if (typeof namespace !== "string") {
      return [];
    }
    if (path !== undefined) {
      const labels = at(inputs, path) as Labels;
      return [{ name: String(labels[NAME_LABEL]), namespace, labels }];
    }
    const operated = OPERATED[kind];
    const name = String(at(inputs, "metadata.name"));
    return operated === undefined ? [] : [{ name, namespace, labels: { [operated]: name } }];
  });
  return found.map((pod, index) => ({ ...pod, address: `10.244.0.${index + 1}` }));
}

/** NetworkPolicies of a placement. */
export function policiesOf(plan: Manifests, placement: string): readonly WireObject[] {
  return plan.all
    .filter(({ kind, name }) => kind === "NetworkPolicy" && name.startsWith(`${placement}-`))
    .map(({ inputs }) => inputs);
}

/** Every TCP and UDP port any policy speaks of. */
export function portsOf(policies: readonly WireObject[]): readonly Port[] {
  const found = new Map<string, Port>();
  for (const policy of policies) {
    for (const direction of ["ingress", "egress"]) {
      for (const rule of items(at(policy, `spec.${direction}`))) {
        for (const entry of items(at(rule, "ports"))) {
          const protocol = String(at(entry, "protocol"));
          // A range is asked for by both its ends and the port beyond.
          const { port: first, endPort: last } = entry as { readonly port: number; readonly endPort?: number };
          for (const port of last === undefined ? [first] : [first, last, last + 1]) {
            found.set(`${port}/${protocol}`, { port, protocol });
          }
        }
      }
    }
  }
  return [...found.values()];
}

export interface Port {
  readonly port: number;
  readonly protocol: string;
}

/** Whether a connection is let out on one side and in on the other, as the API's own words have it. */
export function isOpen(policies: readonly WireObject[], from: Node, to: Node, port: Port): boolean {
  return passes(policies, from, to, port, "egress") && passes(policies, to, from, port, "ingress");
}

function passes(
  policies: readonly WireObject[],
  own: Node,
  other: Node,
  port: Port,
  direction: "ingress" | "egress",
): boolean {
  const type = direction === "ingress" ? "Ingress" : "Egress";
  const selecting = policies.filter(
    (policy) =>
      at(policy, "metadata.namespace") === own.namespace &&
      items(at(policy, "spec.policyTypes")).includes(type) &&
      matches(at(policy, "spec.podSelector"), own.labels),
  );
  if (selecting.length === 0) {
    return true;
  }
  const side = direction === "ingress" ? "from" : "to";
  return selecting.some((policy) =>
    items(at(policy, `spec.${direction}`)).some((rule) => {
      const peers = items(at(rule, side));
      const ports = items(at(rule, "ports"));
      return (
        (peers.length === 0 || peers.some((peer) => isPeer(peer, other, String(at(policy, "metadata.namespace"))))) &&
        (ports.length === 0 || ports.some((entry) => covers(entry, port)))
      );
    }),
  );
}

function covers(entry: unknown, { port, protocol }: Port): boolean {
  const { port: first, endPort: last = first } = entry as { readonly port: number; readonly endPort?: number };
  return at(entry, "protocol") === protocol && port >= first && port <= last;
}

function isPeer(peer: unknown, node: Node, policyNamespace: string): boolean {
  const block = at(peer, "ipBlock");
  if (block !== undefined) {
    return (
      within(node.address, String(at(block, "cidr"))) &&
      !items(at(block, "except")).some((cidr) => within(node.address, String(cidr)))
    );
  }
  if (node.namespace === undefined) {
    return false;
  }
  const namespaces = at(peer, "namespaceSelector");
  const inNamespace =
    namespaces === undefined
      ? node.namespace === policyNamespace
      : matches(namespaces, { "kubernetes.io/metadata.name": node.namespace });
  return inNamespace && matches(at(peer, "podSelector") ?? {}, node.labels);
}

function matches(selector: unknown, labels: Labels): boolean {
  if (at(selector, "matchExpressions") !== undefined) {
    throw new Error("selectors by expression are not read here");
  }
  return Object.entries((at(selector, "matchLabels") ?? {}) as Labels).every(([key, value]) => labels[key] === value);
}

function within(address: string, cidr: string): boolean {
  const [base = "", length = "32"] = cidr.split("/");
  const mask = length === "0" ? 0 : (-1 << (32 - Number(length))) >>> 0;
  return (number(address) & mask) >>> 0 === (number(base) & mask) >>> 0;
}

function number(address: string): number {
  return address.split(".").reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
