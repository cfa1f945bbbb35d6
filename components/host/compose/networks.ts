import { normalizeUse } from "../../../systems/edges";
import type { ResolvedSystem } from "../../../systems/resolve";
import { isContained } from "../environment";
import type { YamlMap } from "./types";

/** Container of the reverse proxy. */
export const PROXY = "edge-proxy";
/** Network that publishes the proxy. */
const PUBLISHED = "published";
/** Way out for services that call others on the internet. */
const INTERNET = "internet";
/** Way out for services that call the cloud with the host's identity: the only one that reaches the metadata service. */
const CLOUD = "cloud";
/** Bridge of {@link CLOUD}, by which the host's firewall knows it. At most 15 characters. */
export const CLOUD_BRIDGE = "gp-cloud";

/**
 * Range networks are cut from. Docker's own pools hold about thirty and lie where a VPC may be; this one is set aside
 * for benchmarks (RFC 2544), so no network here or outside has it.
 */
export const ADDRESS_POOL = { base: "198.18.0.0/16", size: 27 } as const;

/** Who is in which network. */
export interface NetworkPlan {
  /** Networks of the compose file. */
  readonly networks: Readonly<Record<string, YamlMap>>;
  /** Networks of a container, sorted. */
  of(container: string): readonly string[];
}

/** The container that gives a database's clients their users. */
export function usersContainer(store: string): string {
  return `${store}-users`;
}

/** Whether a service calls the cloud's own API, and so needs the identity of the host. */
export function usesCloud(system: ResolvedSystem, service: string): boolean {
  return (system.services[service]?.uses ?? []).map(normalizeUse).some((use) => {
    const store = system.stores[use.to];
    return store?.kind === "bucket" && store.local === undefined;
  });
}

/**
 * A network for each pair of parts that talk, closed to the outside, and none for any other pair. A part with a segment
 * of its own stands in that segment instead, and who talks to it comes in.
 */
export function planNetworks(system: ResolvedSystem): NetworkPlan {
  const members = new Map<string, Set<string>>();
  const join = (network: string, ...containers: readonly string[]) => {
    const known = members.get(network) ?? new Set();
    for (const container of containers) {
      known.add(container);
    }
    members.set(network, known);
  };
  const segmentOf = (part: string) => {
    const store = system.stores[part];
    return system.services[part]?.segment ?? (store && "segment" in store ? store.segment : undefined);
  };
  const connect = (from: string, to: string) => join(segmentOf(to) ?? `${from}.${to}`, from, to);

  for (const edge of system.edges) {
    const from = edge.from.kind === "public" ? PROXY : edge.from.name;
    const inside =
      edge.to.kind === "service" || (edge.to.kind === "store" && isContained(storeOf(system, edge.to.name)));
    if (inside && (edge.from.kind === "public" || edge.from.kind === "service")) {
      connect(from, edge.to.name);
    }
    if (edge.from.kind === "service" && edge.to.kind === "external" && !usesCloud(system, edge.from.name)) {
      join(INTERNET, edge.from.name);
    }
  }
  for (const [store, spec] of Object.entries(system.stores)) {
    if (spec.kind === "postgres" && isContained(spec)) {
      connect(usersContainer(store), store);
    }
  }
  for (const service of Object.keys(system.services)) {
    const segment = segmentOf(service);
    if (segment !== undefined) {
      join(segment, service);
    }
    if (usesCloud(system, service)) {
      join(CLOUD, service);
    }
  }
  if (system.routes.length > 0) {
    join(PUBLISHED, PROXY);
  }
  return {
    networks: Object.fromEntries(
      [...members.keys()].sort((a, b) => (a < b ? -1 : 1)).map((name) => [name, definition(name)]),
    ),
    of: (container) => [...members].flatMap(([network, inside]) => (inside.has(container) ? [network] : [])).sort(),
  };
}

function definition(network: string): YamlMap {
  // Those who share a way out do not talk to each other there.
  const apart = { "com.docker.network.bridge.enable_icc": "false" };
  switch (network) {
    case PUBLISHED:
      return {};
    case INTERNET:
      return { driver_opts: apart };
    case CLOUD:
      return { driver_opts: { ...apart, "com.docker.network.bridge.name": CLOUD_BRIDGE } };
    default:
      return { internal: true };
  }
}

function storeOf(system: ResolvedSystem, name: string) {
  const store = system.stores[name];
  if (!store) {
    throw new Error(`system ${system.name} has no store "${name}", though its description was accepted`);
  }
  return store;
}
