import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";
import { shapeOfAwsClass } from "../machineTypes";

type Redis = StoreOf<"redis">;

/** ElastiCache keeps the rest of a node for itself: 13.07 of 16 GiB on cache.r5.large. Memorystore sells what is usable. */
const USABLE_ON_AWS = 0.817;

/** Usable GiB of one master, from its AWS class or from what it requests. */
export function memoryGiB(store: Pick<Redis, "classes" | "resources">): number {
  const shape = store.classes.aws === undefined ? undefined : shapeOfAwsClass(store.classes.aws);
  return shape
    ? Math.max(1, Math.round(shape.memoryGiB * USABLE_ON_AWS))
    : Math.ceil(bytes(store.resources.requests.memory) / 2 ** 30);
}

/** Node types of Memorystore for Redis Cluster by usable memory. https://docs.cloud.google.com/memorystore/docs/cluster/cluster-node-specification */
const NODE_TYPES: readonly { readonly name: string; readonly memoryGiB: number }[] = [
  { name: "REDIS_STANDARD_SMALL", memoryGiB: 6.5 },
  { name: "REDIS_HIGHMEM_MEDIUM", memoryGiB: 13 },
  { name: "REDIS_HIGHMEM_XLARGE", memoryGiB: 58 },
];
export const KNOWN_NODE_TYPES = ["REDIS_SHARED_CORE_NANO", ...NODE_TYPES.map(({ name }) => name)];

/** The node type the spec names, or the smallest that holds a shard; undefined when none does. */
export function nodeTypeFor(store: Pick<Redis, "classes" | "resources">): string | undefined {
  return store.classes.gcp ?? NODE_TYPES.find((each) => each.memoryGiB >= memoryGiB(store))?.name;
}

export interface InstancePlan {
  readonly tier: "BASIC" | "STANDARD_HA";
  readonly memoryGiB: number;
  /** Standby, and whatever can be read from besides. */
  readonly replicas: number;
  readonly readable: boolean;
}

/** Replicas can be read from only where there is this much memory. https://docs.cloud.google.com/memorystore/docs/redis/about-read-replicas */
const LEAST_READABLE_GIB = 5;

/** Surviving the loss of a zone takes a standby, whatever the spec says. */
export function planInstance(store: Redis, multiZone: boolean): InstancePlan {
  const replicas = Math.max(store.replicas, multiZone || store.mode === "sentinel" ? 1 : 0);
  const readable = store.replicas > 0;
  return {
    tier: replicas > 0 ? "STANDARD_HA" : "BASIC",
    memoryGiB: Math.max(memoryGiB(store), readable ? LEAST_READABLE_GIB : 1),
    replicas,
    readable,
  };
}
