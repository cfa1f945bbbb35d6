import type { Model, ServiceSpec, StoreSpec, SystemSpec, UseSpec } from "./spec";

/** What stands at the end of an edge, and under which kind of name the spec knows it. */
export interface EdgeEnd {
  readonly kind: "public" | "monitoring" | "service" | "store" | "external";
  readonly name: string;
}

/** One thing that talks to another: the single source of policies, firewall rules, variables, IAM and the diagram. */
export interface Edge {
  readonly from: EdgeEnd;
  readonly to: EdgeEnd;
  /** Port the target listens on (a container's own port, not its Service's); none for what is mounted or embedded. */
  readonly port?: number;
  readonly access: "read" | "write" | "admin";
  /** Which endpoint of a replicated store. */
  readonly endpoint: "primary" | "replica";
  /** Environment variables of `from`, each with the value of `to` it takes. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where the public comes in: the load balancer, ingress controller or reverse proxy in front of the system. */
export const PUBLIC: EdgeEnd = { kind: "public", name: "public" };
/** Whatever scrapes metrics, takes pushed ones and collects logs. */
export const MONITORING: EdgeEnd = { kind: "monitoring", name: "monitoring" };
const PUSH_GATEWAY_PORT = 9091;
/** Where a collector takes traces, in OpenTelemetry's protocol over HTTP. */
const TRACES_PORT = 4318;

const STORE_PORTS: Readonly<Record<StoreSpec["kind"], readonly number[]>> = {
  postgres: [5432],
  redis: [6379],
  memcached: [11211],
  search: [9200],
  vector: [6333, 6334],
  bucket: [443],
  // A file share is mounted by the node, not reached by the pod.
  "file-share": [],
};

/** Values a target offers to the variables of whoever uses it, per kind. */
const STORE_VALUES: Readonly<Record<StoreSpec["kind"], readonly string[]>> = {
  postgres: ["url", "host", "port", "user", "password", "database", "name"],
  redis: ["url", "host", "port", "user", "password"],
  memcached: ["url", "host", "port"],
  search: ["url", "host", "port", "user", "password"],
  vector: ["url", "host", "port", "password"],
  bucket: ["url", "name", "region"],
  "file-share": [],
};
const SERVICE_VALUES = ["url", "host", "port", "name"] as const;
const EXTERNAL_VALUES = ["url", "host", "port", "name"] as const;

/** What an edge's `env` may take from a target; an external service offers its keys besides. */
export function offeredValues(
  system: Pick<SystemSpec, "services" | "stores" | "external">,
  target: string,
): readonly string[] {
  const store = system.stores[target];
  const external = system.external[target];
  if (store) {
    return STORE_VALUES[store.kind];
  }
  if (external) {
    return [...EXTERNAL_VALUES, ...Object.keys(external.secrets)];
  }
  return system.services[target] ? SERVICE_VALUES : [];
}

/** Ports a store's clients connect to; none when it is mounted or part of the client's own process. */
export function storePorts(store: StoreSpec): readonly number[] {
  if ((store.kind === "postgres" && store.embedded) || (store.kind === "bucket" && store.local)) {
    return [];
  }
  if (store.kind === "redis" && store.mode === "sentinel") {
    // Clients ask a sentinel for the master first.
    return [6379, 26379];
  }
  return STORE_PORTS[store.kind];
}

/** The port a name stands for; the service's first one without a name. Undefined where there is none. */
export function servicePort(service: ServiceSpec, portName?: string) {
  const key = portName ?? Object.keys(service.ports)[0];
  return key === undefined ? undefined : service.ports[key];
}

/** A `uses` entry with the shorthand written out. */
export function normalizeUse(use: ServiceSpec["uses"][number]): UseSpec {
  return typeof use === "string" ? ({ to: use, access: "write", endpoint: "primary", env: {} } as const) : use;
}

/** Every edge of a system, in the order of the spec. Targets must exist: validation has seen to it. */
export function edgesOf(
  system: Pick<SystemSpec, "services" | "stores" | "external" | "routes" | "observability"> & {
    readonly model?: Model;
  },
): readonly Edge[] {
  const edges: Edge[] = [];
  const reached = new Set<string>();
  for (const route of system.routes) {
    const service = system.services[route.to];
    const port = service && servicePort(service, route.port);
    const key = `${route.to}:${port?.port}`;
    if (port && !reached.has(key)) {
      reached.add(key);
      edges.push({ ...plain(PUBLIC, { kind: "service", name: route.to }), port: port.port });
    }
  }
  for (const [from, service] of Object.entries(system.services)) {
    for (const entry of service.uses) {
      edges.push(...edgesOfUse(system, from, normalizeUse(entry)));
    }
    if ("metrics" in service && service.metrics) {
      const port = servicePort(service, service.metrics.port);
      if (port) {
        edges.push({ ...plain(MONITORING, { kind: "service", name: from }), port: port.port, access: "read" });
      }
    }
    if (sendsTraces(system, service)) {
      edges.push({ ...plain({ kind: "service", name: from }, MONITORING), port: TRACES_PORT });
    }
    if (service.pushMetrics) {
      edges.push({ ...plain({ kind: "service", name: from }, MONITORING), port: PUSH_GATEWAY_PORT });
    }
  }
  return [...edges, ...logEdges(system)];
}

/**
 * Whether a service tells where its requests went: one that is instrumented, as its metrics show, where there is more than
 * one machine to follow requests over.
 */
export function sendsTraces(
  { observability, model }: Pick<SystemSpec, "observability"> & { readonly model?: Model },
  service: ServiceSpec,
): boolean {
  const spread = model === "distributed" || model === "global";
  return spread && observability.traces !== "none" && "metrics" in service && service.metrics !== undefined;
}

/** Log collectors are no service of the system, yet reach the stores logs end in. */
function logEdges({ stores, observability }: Pick<SystemSpec, "stores" | "observability">): readonly Edge[] {
  return [observability.logStore, observability.logArchive].flatMap((name) => {
    const store = name === undefined ? undefined : stores[name];
    return store && name !== undefined
      ? storePorts(store).map((port) => ({ ...plain(MONITORING, { kind: "store", name }), port }))
      : [];
  });
}

function edgesOfUse(
  system: Pick<SystemSpec, "services" | "stores" | "external">,
  from: string,
  use: ReturnType<typeof normalizeUse>,
): readonly Edge[] {
  const start = {
    from: { kind: "service", name: from } as const,
    access: use.access,
    endpoint: use.endpoint,
    env: use.env,
  };
  const service = system.services[use.to];
  if (service) {
    const port = servicePort(service, use.port);
    return port ? [{ ...start, to: { kind: "service", name: use.to }, port: port.port }] : [];
  }
  const store = system.stores[use.to];
  if (store) {
    const to = { kind: "store", name: use.to } as const;
    const ports = storePorts(store);
    if (ports.length === 0) {
      return [{ ...start, to }];
    }
    return ports.map((port, index) => ({
      ...start,
      to,
      port,
      // The variables belong to the edge once, however many ports it opens.
      env: index === 0 ? use.env : {},
    }));
  }
  const external = system.external[use.to];
  return external ? [{ ...start, to: { kind: "external", name: use.to }, port: external.port }] : [];
}

function plain(from: EdgeEnd, to: EdgeEnd): Omit<Edge, "port"> {
  return { from, to, access: "write", endpoint: "primary", env: {} };
}
