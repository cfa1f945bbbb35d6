import { ADD_ONS, type AddOnName, CATALOG, COLLECTOR } from "../../../components/cluster/addOns/catalog";
import type { Edge, EdgeEnd } from "../../../systems/edges";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { StoreSpec } from "../../../systems/spec";
import type { Node } from "./network";

/** Pods of the cluster that are nobody's here, each with where it runs. */
export const NEIGHBOURS: readonly Node[] = [
  neighbour("dns", "kube-system", { "k8s-app": "kube-dns" }),
  neighbour("dns-cache", "kube-system", { "k8s-app": "node-local-dns" }),
  neighbour("api-server", "kube-system", {}),
  neighbour("ingress", CATALOG.ingress.namespace, {}),
  neighbour("monitoring", CATALOG["kube-prometheus-stack"].namespace, { "app.kubernetes.io/name": "prometheus" }),
  neighbour("push-gateway", CATALOG["kube-prometheus-stack"].namespace, {
    "app.kubernetes.io/name": "prometheus-pushgateway",
  }),
  neighbour("collector", CATALOG["otel-collector"].namespace, COLLECTOR.labels),
  neighbour("keda", CATALOG.keda.namespace, { app: "keda-operator" }),
  neighbour("keda-metrics", CATALOG.keda.namespace, { app: "keda-operator-metrics-apiserver" }),
  neighbour("cnpg", CATALOG["cloudnative-pg"].namespace, {}),
  neighbour("eck", CATALOG["eck-operator"].namespace, {}),
  neighbour("object-store", "storage", {}),
  neighbour("stranger", "default", {}),
];

/** The node itself, as Istio has it ask pods of the mesh for their health. */
const MESH_PROBES: Node = { name: "mesh-probes", labels: {}, address: "169.254.7.127" };
/** The node's own DNS cache, where its plugin sees addresses alone. */
const NODE_CACHE: Node = { name: "dns-cache-address", labels: {}, address: "169.254.20.10" };
/** Where names are asked. */
const RESOLVERS = ["dns", "dns-cache", NODE_CACHE.name];
/** Where nodes carry connections between services of the mesh. */
const HBONE = 15_008;

/** Hosts beyond the cluster: anybody's, the network's own, and the node's metadata service. */
export const HOSTS: readonly Node[] = [
  { name: "internet", labels: {}, address: "198.51.100.7" },
  { name: "private-network", labels: {}, address: "10.9.8.7" },
  { name: "metadata", labels: {}, address: "169.254.169.254" },
  MESH_PROBES,
  NODE_CACHE,
];

function neighbour(name: string, namespace: string, labels: Node["labels"]): Node {
  return { name, namespace, labels, address: "10.244.9.9" };
}

/** Pods of the namespace that holds Prometheus. */
const MONITORS = ["monitoring", "push-gateway", "collector"];

/** Where the archive of the settings listens. */
export interface ArchiveEnd {
  /** A neighbour or a host. */
  readonly to: string;
  readonly port: number;
}

/** What the test says of connections beyond the spec's own edges. */
export interface Facts {
  readonly system: ResolvedSystem;
  readonly pods: readonly Node[];
  readonly addOns: readonly string[];
  /** Buckets of the settings; all others are directories, which nobody connects to. */
  readonly buckets: readonly string[];
  /** Where the public comes in. @default the ingress controller */
  readonly entry?: string;
  /** Where the copies of stores go. @default nowhere, and none are made */
  readonly archive?: ArchiveEnd;
  /** Whether services that may join a mesh do. @default false */
  readonly meshed?: boolean;
}

export type Connection = string;

export function connection(from: string, to: string, port: number, protocol = "TCP"): Connection {
  return `${from} > ${to}:${port}${protocol === "TCP" ? "" : "/UDP"}`;
}

/** Every connection there must be, and so every one there may be. */
export function expectedConnections(facts: Facts): ReadonlySet<Connection> {
  return new Set([
    ...facts.system.edges.flatMap((edge) => ofEdge(facts, edge)),
    ...Object.entries(facts.system.stores).flatMap(([name, store]) => withinStore(facts, name, store)),
    ...dns(facts),
    ...queues(facts),
    ...backups(facts),
    ...archives(facts),
    ...solvers(facts),
    ...(facts.meshed ? mesh(facts) : []),
  ]);
}

/** Pods an edge's end stands for, of those that listen on its port. */
function ofEdge(facts: Facts, edge: Edge): readonly Connection[] {
  const { port } = edge;
  if (port === undefined || (edge.to.kind === "store" && isDirectory(facts, edge.to.name))) {
    return [];
  }
  return namesOf(facts, edge.from, port).flatMap((from) =>
    namesOf(facts, edge.to, port).map((to) => connection(from, to, port)),
  );
}

/** What the spec's own edges come to, of those a filter leaves. */
export function edgeConnections(facts: Facts, filter: (edge: Edge) => boolean): readonly Connection[] {
  return facts.system.edges.filter(filter).flatMap((edge) => ofEdge(facts, edge));
}

function namesOf(facts: Facts, end: EdgeEnd, port: number): readonly string[] {
  switch (end.kind) {
    case "public":
      return [facts.entry ?? "ingress"];
    case "monitoring":
      // Jobs push to the one pod that takes it, services trace to another; everything of the namespace may scrape.
      return port === 9091 ? ["push-gateway"] : port === 4318 ? ["collector"] : MONITORS;
    case "external":
      return ["internet"];
    case "service":
      return [end.name];
    case "store":
      if (facts.buckets.includes(end.name)) {
        return ["internet"];
      }
      return [port === 26_379 ? `${end.name}-sentinel` : end.name];
    default:
      return end.kind satisfies never;
  }
}

function isDirectory({ system, buckets }: Facts, store: string): boolean {
  return system.stores[store]?.kind === "bucket" && !buckets.includes(store);
}

/** What keeps a store of several servers together, and who runs it. */
export function withinStore(facts: Facts, name: string, store: StoreSpec): readonly Connection[] {
  const operated = (label: string) => facts.pods.some((pod) => pod.name === name && label in pod.labels);
  const both = (a: string, b: string, port: number) => [connection(a, b, port)];
  switch (store.kind) {
    case "postgres":
      return operated("cnpg.io/cluster")
        ? [
            ...[5432, 8000].flatMap((port) => [...both(name, name, port), ...both("cnpg", name, port)]),
            ...(facts.addOns.includes("kube-prometheus-stack")
              ? MONITORS.map((from) => connection(from, name, 9187))
              : []),
            // The API server has no address a policy could name: its ports are open to wherever it may be.
            ...[
              "api-server",
              "stranger",
              ...NEIGHBOURS.map((node) => node.name),
              ...HOSTS.map((node) => node.name),
            ].flatMap((to) => [443, 6443].map((port) => connection(name, to, port))),
          ]
        : [];
    case "redis": {
      const sentinel = `${name}-sentinel`;
      return {
        single: [],
        sentinel: [
          connection(name, name, 6379),
          connection(name, sentinel, 26_379),
          connection(sentinel, name, 6379),
          connection(sentinel, sentinel, 26_379),
        ],
        cluster: [
          ...[6379, 16_379].map((port) => connection(name, name, port)),
          connection(`${name}-join`, name, 6379),
        ],
      }[store.mode];
    }
    case "vector":
      return store.instances > 1 ? [connection(name, name, 6335)] : [];
    case "search":
      return [
        connection("eck", name, 9200),
        ...(store.instances > 1 ? [9200, 9300] : [9200]).map((port) => connection(name, name, port)),
      ];
    case "memcached":
    case "bucket":
    case "file-share":
      return [];
    default:
      return store satisfies never;
  }
}

/** Everybody looks names up but those who call nobody. */
export function dns({ pods, system }: Facts): readonly Connection[] {
  const silent = Object.entries(system.stores).flatMap(([name, store]) => {
    const alone =
      store.kind === "memcached" ||
      (store.kind === "redis" && store.mode === "single") ||
      (store.kind === "vector" && store.instances === 1) ||
      (store.kind === "postgres" && pods.some((pod) => pod.name === name && !("cnpg.io/cluster" in pod.labels)));
    return alone ? [name] : [];
  });
  return pods
    .filter(({ name }) => !silent.includes(name) && name !== "acme-solver")
    .flatMap(({ name }) =>
      RESOLVERS.flatMap((resolver) => [connection(name, resolver, 53), connection(name, resolver, 53, "UDP")]),
    );
}

/** KEDA reads the length of queues. */
function queues({ system, addOns }: Facts): readonly Connection[] {
  if (!addOns.includes("keda")) {
    return [];
  }
  return Object.values(system.services).flatMap((service) => {
    const queue = "scaling" in service ? service.scaling.queue : undefined;
    const store = queue && system.stores[queue.store];
    if (!queue || store?.kind !== "redis") {
      return [];
    }
    return store.mode === "sentinel"
      ? [connection("keda", queue.store, 6379), connection("keda", `${queue.store}-sentinel`, 26_379)]
      : [connection("keda", queue.store, 6379)];
  });
}

/** A dump reads its database and writes to its bucket; its restore test reads the bucket alone. */
function backups({ system, pods, buckets }: Facts): readonly Connection[] {
  return Object.entries(system.backups).flatMap(([name, { store, bucket }]) =>
    pods.some((pod) => pod.name === `backup-${name}`) && buckets.includes(bucket)
      ? [
          connection(`backup-${name}`, store, 5432),
          connection(`backup-${name}`, "internet", 443),
          connection(`restore-${name}`, "internet", 443),
        ]
      : [],
  );
}

/** A database and Elasticsearch write their copies themselves; Qdrant's are asked for, fetched and written by a job. */
function archives({ system, pods, archive }: Facts): readonly Connection[] {
  if (archive === undefined) {
    return [];
  }
  const { to, port } = archive;
  return Object.entries(system.stores).flatMap(([name, { kind }]) => {
    const job = `${name}-snapshots`;
    switch (kind) {
      case "postgres":
        return pods.some((pod) => pod.labels["cnpg.io/cluster"] === name) ? [connection(name, to, port)] : [];
      case "vector":
        return [connection(job, name, 6333), connection(job, to, port)];
      case "search":
        return [connection(job, name, 9200), connection(name, to, port)];
      case "redis":
      case "memcached":
      case "bucket":
      case "file-share":
        return [];
      default:
        return kind satisfies never;
    }
  });
}

/** Services of the mesh speak to each other by their nodes too, and their nodes ask them for their health. */
function mesh({ system }: Facts): readonly Connection[] {
  const members = Object.entries(system.services).flatMap(([name, service]) =>
    "mesh" in service && service.mesh ? [{ name, ports: Object.values(service.ports).map(({ port }) => port) }] : [],
  );
  const isMember = ({ kind, name }: EdgeEnd) => kind === "service" && members.some((member) => member.name === name);
  return [
    ...members.flatMap(({ name, ports }) => ports.map((port) => connection(MESH_PROBES.name, name, port))),
    ...system.edges.flatMap(({ from, to }) =>
      isMember(from) && isMember(to) ? [connection(from.name, to.name, HBONE)] : [],
    ),
  ];
}

/** cert-manager's pods that answer the certificate authority. */
function solvers({ pods }: Facts): readonly Connection[] {
  return pods.some(({ name }) => name === "acme-solver") ? [connection("ingress", "acme-solver", 8089)] : [];
}

/** Add-ons a plan installs. */
export function installed(names: readonly string[]): readonly AddOnName[] {
  return ADD_ONS.filter((addOn) => names.some((name) => name.endsWith(`-add-ons-${addOn}`)));
}
