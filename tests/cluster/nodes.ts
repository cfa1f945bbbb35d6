import type { Cluster } from "./client";
import { at, fieldsOf, hasCondition, type KubernetesObject, listOf } from "./objects";

const READY_MS = 120_000;
const ZONES = ["zone-a", "zone-b", "zone-c"] as const;
const CAPACITY = { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "110" };

/** A taint as a node carries it. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** A pool of nodes: some in every zone. */
export interface NodePool {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** @default 1 */
  readonly nodesPerZone?: number;
}

/** Label by which a workload asks for a pool of its system's own. */
const POOL_LABEL = "groundplan.dev/pool";

/** A name is used once: kwok may forget a node whose namesake was deleted a moment before, and its pods then never start. */
let poolsMade = 0;

/**
 * A pool for everything, and one for every selector of nodes some workload has.
 *
 * @param most how many nodes the system's own pools may have, by name: what runs on every node is counted by it
 */
export function poolsFor(
  objects: readonly KubernetesObject[],
  most: Readonly<Record<string, number>> = {},
): readonly NodePool[] {
  const selectors = new Map<string, Readonly<Record<string, string>>>([["{}", {}]]);
  for (const object of objects) {
    const template = at(object, "spec", "jobTemplate", "spec", "template") ?? at(object, "spec", "template");
    const selector = fieldsOf(at(template, "spec", "nodeSelector")) as Readonly<Record<string, string>>;
    selectors.set(JSON.stringify(selector), selector);
  }
  return [...selectors.values()].map((labels) => {
    const nodes = most[labels[POOL_LABEL] ?? ""] ?? Number.POSITIVE_INFINITY;
    // Three in every zone: where one is drained, its pods find room in the zone, also six that must not share a node.
    poolsMade += 1;
    return { name: `pool-${poolsMade}`, labels, nodesPerZone: Math.min(3, Math.floor(nodes / ZONES.length)) };
  });
}

/** Makes the nodes of these pools, played by kwok, and waits until they are ready. */
export async function makeNodes(cluster: Cluster, pools: readonly NodePool[]): Promise<readonly KubernetesObject[]> {
  const nodes = pools.flatMap((pool) =>
    ZONES.flatMap((zone) => Array.from({ length: pool.nodesPerZone ?? 1 }, (_, index) => nodeOf(pool, zone, index))),
  );
  for (const node of nodes) {
    await cluster.create(node);
  }
  for (const node of nodes) {
    const { met } = await cluster.until(
      node,
      // A new node is tainted until its controller has seen it ready.
      (object) =>
        object !== undefined &&
        hasCondition(object, "Ready") &&
        listOf(at(object, "spec", "taints")).every(({ key }) => key !== "node.kubernetes.io/not-ready"),
      READY_MS,
    );
    if (!met) {
      throw new Error(`node ${node.metadata.name} was not ready within ${READY_MS} ms`);
    }
  }
  return nodes;
}

function nodeOf(pool: NodePool, zone: string, index: number): KubernetesObject {
  const name = `${pool.name}-${zone}-${index}`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/region": "region",
        "topology.kubernetes.io/zone": zone,
        ...pool.labels,
      },
    },
    spec: { taints: pool.taints ?? [] },
    status: { capacity: CAPACITY, allocatable: CAPACITY },
  };
}
