import type { Plan, PlanResource } from "../../engine";
import type { ResolvedSystem } from "../../systems/resolve";
import type { StoreSpec } from "../../systems/spec";

export type NodeKind = "public" | "monitoring" | "service" | "store" | "external";

/** A part of the system as the diagram shows it. */
export interface GraphNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** What it is, in a few words. */
  readonly detail: string;
  /** Box it stands in; undefined for what is outside the placement. */
  readonly group?: string;
}

/** Everything that flows from one part to another, its ports together. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface Graph {
  readonly placement: Plan["placements"][number];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** What one placement of a plan connects. Edges are the plan's; what their ends are, the resolved system knows. */
export function graphOf(plan: Plan, placement: Plan["placements"][number], system: ResolvedSystem): Graph {
  const ports = new Map<string, { readonly from: string; readonly to: string; readonly labels: Set<string> }>();
  for (const { from, to, port, access, placement: where } of plan.edges) {
    if (where !== placement.name && where !== null) {
      continue;
    }
    const key = `${from}\n${to}`;
    const entry = ports.get(key) ?? { from, to, labels: new Set<string>() };
    ports.set(key, entry);
    entry.labels.add(typeof port === "number" ? String(port) : access === "read" ? "mounts (read)" : "mounts");
  }
  const connected = [...ports.values()].flatMap(({ from, to }) => [from, to]);
  const names = [...new Set([...Object.keys(system.services), ...Object.keys(system.stores), ...connected])];
  const groupOf = groups(plan, placement.name);
  return {
    placement,
    nodes: names.map((name) => nodeOf(name, system, groupOf)),
    edges: [...ports.values()].map(({ from, to, labels }) => ({
      from,
      to,
      label: [...labels].sort(byNumber).join(", "),
    })),
  };
}

const byNumber = (a: string, b: string) => Number(a) - Number(b) || (a < b ? -1 : 1);

function nodeOf(name: string, system: ResolvedSystem, groupOf: (name: string, kind: NodeKind) => string): GraphNode {
  const service = system.services[name];
  const store = system.stores[name];
  const external = system.external[name];
  if (service) {
    const kind = service.kind === "cronjob" ? `cron ${service.schedule}` : service.kind;
    const detail = "scaling" in service ? `${kind}, ${replicas(service.scaling)}` : kind;
    return { name, kind: "service", detail, group: groupOf(name, "service") };
  }
  if (store) {
    return { name, kind: "store", detail: storeDetail(store), group: groupOf(name, "store") };
  }
  if (external) {
    const [first = "", ...more] = external.hosts;
    const hosts = first === "*" ? "any public host" : first;
    return { name, kind: "external", detail: more.length > 0 ? `${hosts} and ${more.length} more` : hosts };
  }
  return name === "monitoring"
    ? { name, kind: "monitoring", detail: "metrics and logs", group: "" }
    : { name, kind: "public", detail: "the internet" };
}

function replicas({ replicas: fixed, min, max }: { replicas?: number; min?: number; max?: number }): string {
  return min === undefined || max === undefined ? `${fixed ?? 1}×` : `${min} to ${max}×`;
}

function storeDetail(store: StoreSpec): string {
  switch (store.kind) {
    case "postgres":
      return store.embedded
        ? "embedded database"
        : [`PostgreSQL ${store.version}`, count(store.readReplicas, "read replica")].filter(Boolean).join(", ");
    case "redis":
      return `Redis ${store.version}, ${store.mode}`;
    case "memcached":
      return `Memcached ${store.version}`;
    case "search":
      return `search index, ${count(store.instances, "node")}`;
    case "vector":
      return `Qdrant, ${count(store.instances, "peer")}`;
    case "bucket":
      return store.local ? "local directory" : "bucket";
    case "file-share":
      return `file share, ${store.size}`;
    default:
      return store satisfies never;
  }
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Where a part stands: the namespace of its objects, the cloud that manages it, or the host. */
function groups(plan: Plan, placement: string): (name: string, kind: NodeKind) => string {
  const below = (urn: string): readonly PlanResource[] =>
    plan.resources.filter(({ parent }) => parent === urn).flatMap((child) => [child, ...below(child.urn)]);
  const components = new Map(
    plan.resources.filter(({ custom }) => !custom).map((component) => [component.name, component]),
  );
  const onHost = plan.resources.some(
    (resource) => resource.type === "groundplan:host:Host" && resource.placement === placement,
  );
  return (name, kind) => {
    const component = components.get(`${placement}-${name}`);
    const children = component ? below(component.urn).filter(({ custom }) => custom) : [];
    const managed = children.some(({ type }) => /^(aws|gcp):/.test(type));
    const namespace = children.map(({ inputs }) => namespaceOf(inputs.metadata)).find((found) => found !== undefined);
    if (kind === "store" && managed) {
      return "managed services";
    }
    if (namespace !== undefined) {
      return `namespace ${namespace}`;
    }
    return onHost ? "one host" : "not made by this stack";
  };
}

function namespaceOf(metadata: unknown): string | undefined {
  const namespace = (metadata as { readonly namespace?: unknown } | null | undefined)?.namespace;
  return typeof namespace === "string" ? namespace : undefined;
}
