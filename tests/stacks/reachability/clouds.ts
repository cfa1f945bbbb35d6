import type { RunResult } from "../../../engine";
import { unwrap } from "../../../engine/wire";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { StoreSpec } from "../../../systems/spec";
import { at } from "../kubernetesManifests";
import { type Connection, connection, dns, edgeConnections, type Facts, withinStore } from "./expected";
import type { Node } from "./network";

/** Clouds whose clusters and stores this program makes. */
export type OwnCloud = "aws" | "gcp";

/** Where a cloud keeps what pods talk to outside the cluster, as its own resources say. */
export interface CloudHosts {
  readonly nodes: readonly Node[];
  /** Host and ports of a managed store, by its name; what is not here runs in the cluster or is no server. */
  readonly stores: Readonly<Record<string, readonly Listener[]>>;
  /** Where pods ask for the credentials of their identity. */
  readonly identity: readonly Listener[];
  /** Whether the public's way in comes from public addresses, which then are as open as any other. */
  readonly isEntryPublic: boolean;
}

interface Listener {
  readonly host: string;
  readonly ports: readonly number[];
}

const host = (name: string, address: string): Node => ({ name, labels: {}, address });

/** Where the public comes in, the agent of pods' identities, and every managed store. */
export function hostsOf(cloud: OwnCloud, run: RunResult, placement: string, system: ResolvedSystem): CloudHosts {
  const managed = Object.entries(system.stores).filter(([, store]) => isManaged(store));
  return cloud === "aws" ? awsHosts(run, placement, managed) : gcpHosts(run, placement, managed);
}

function isManaged(store: StoreSpec): boolean {
  return (store.kind === "postgres" && store.embedded === undefined) || store.kind === "redis";
}

type Stores = readonly (readonly [string, StoreSpec])[];

/** All databases stand in the data subnets: a policy can tell them apart by port only, security groups do the rest. */
function awsHosts(run: RunResult, placement: string, managed: Stores): CloudHosts {
  const subnet = (role: string) => {
    const found = run.resources.find(
      ({ type, name }) =>
        type === "aws:ec2/subnet:Subnet" && name.startsWith(`${placement}-`) && name.includes(`-${role}-`),
    );
    return String(unwrap(found?.inputs.cidrBlock ?? "none")).replace(/\.0\/\d+$/, ".9");
  };
  return {
    nodes: [host("entry", subnet("public")), host("data", subnet("data")), host("identity", "169.254.170.23")],
    identity: [{ host: "identity", ports: [80] }],
    isEntryPublic: false,
    stores: Object.fromEntries(
      managed.map(([name, { kind }]) => [name, [{ host: "data", ports: [kind === "postgres" ? 5432 : 6379] }]]),
    ),
  };
}

function gcpHosts(run: RunResult, placement: string, managed: Stores): CloudHosts {
  const nodes: Node[] = [host("entry", "35.191.0.9"), host("identity", "169.254.169.252")];
  const stores: Record<string, Listener[]> = {};
  const keep = (store: string, address: unknown, ports: readonly number[]) => {
    const name = `${store}@${String(address)}`;
    nodes.push(host(name, String(address)));
    stores[store] = [...(stores[store] ?? []), { host: name, ports }];
  };
  for (const { type, name, inputs, outputs } of run.resources) {
    const [store] = managed.find(([each]) => name.startsWith(`${placement}-${each}-`)) ?? [];
    if (store === undefined) {
      continue;
    }
    const value = (path: string) => at(unwrap(outputs), path);
    if (type === "gcp:sql/databaseInstance:DatabaseInstance") {
      keep(store, value("privateIpAddress"), [5432]);
    }
    if (type === "gcp:redis/instance:Instance") {
      keep(store, value("host"), [6378]);
      if (inputs.readReplicasMode === "READ_REPLICAS_ENABLED") {
        keep(store, value("readEndpoint"), [6378]);
      }
    }
    if (type === "gcp:redis/cluster:Cluster") {
      // It is found at one address of the nodes' range, and its shards answer at others, each on a port of its own.
      keep(store, nodesOf(run, placement), [6379, 11_000, 13_047]);
    }
  }
  // The metadata server answers on its own address, and for GKE's data plane on the one beside it.
  const identity = [
    { host: "metadata", ports: [80] },
    { host: "identity", ports: [987, 988] },
  ];
  return { nodes, stores, identity, isEntryPublic: true };
}

/** An address of the subnet that nodes are in. */
function nodesOf(run: RunResult, placement: string): string {
  const found = run.resources.find(
    ({ type, name }) => type === "gcp:compute/subnetwork:Subnetwork" && name === `${placement}-network-subnet`,
  );
  return String(unwrap(found?.inputs.ipCidrRange ?? "none")).replace(/\.0\/\d+$/, ".9");
}

/** Every connection there must be, and so every one there may be, in a cluster of a cloud. */
export function cloudConnections(facts: Facts, hosts: CloudHosts): ReadonlySet<Connection> {
  const { stores } = hosts;
  const { system, pods } = facts;
  const inCluster = Object.entries(system.stores).filter(([, store]) => !isManaged(store));
  const buckets = inCluster.flatMap(([name, { kind }]) => (kind === "bucket" ? [name] : []));
  const reach = (from: string, listeners: readonly Listener[]) =>
    listeners.flatMap((each) => each.ports.map((port) => connection(from, each.host, port)));
  const talk = (from: string, store: string) => reach(from, stores[store] ?? []);
  const identity = (from: string) => reach(from, hosts.identity);
  const toStores = system.edges.flatMap((edge) => {
    if (edge.to.kind !== "store" || edge.from.kind !== "service") {
      return [];
    }
    return [
      ...talk(edge.from.name, edge.to.name),
      ...(buckets.includes(edge.to.name) && edge.port !== undefined ? identity(edge.from.name) : []),
    ];
  });
  const within = pods.some(({ name }) => name.startsWith("backup-"));
  const all = [
    // What the cluster's own collectors write to a bucket is between them and the cloud.
    ...edgeConnections({ ...facts, buckets }, ({ from, to }) =>
      to.kind === "store" ? !(to.name in stores) && !(from.kind === "monitoring" && buckets.includes(to.name)) : true,
    ),
    ...toStores,
    ...inCluster.flatMap(([name, store]) => withinStore(facts, name, store)),
    ...dns(facts),
    ...Object.keys(stores).flatMap((store) =>
      pods.some(({ name }) => name === `${store}-users`) ? talk(`${store}-users`, store) : [],
    ),
    ...(within ? Object.entries(system.backups) : []).flatMap(([name, { store }]) => [
      ...talk(`backup-${name}`, store),
      ...[`backup-${name}`, `restore-${name}`].flatMap((pod) => [connection(pod, "internet", 443), ...identity(pod)]),
    ]),
  ];
  const toEntry = hosts.isEntryPublic ? all.filter((each) => each.includes(" > internet:")) : [];
  return new Set([...all, ...toEntry.map((each) => each.replace(" > internet:", " > entry:"))]);
}
