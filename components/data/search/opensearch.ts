import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";

type Search = StoreOf<"search">;

const GIB = 2 ** 30;

/** Engine versions of OpenSearch Service by the spec's. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html */
export const ENGINES: Readonly<Record<string, string>> = {
  "1": "OpenSearch_1.3",
  "1.3": "OpenSearch_1.3",
  "2": "OpenSearch_2.19",
  "2.17": "OpenSearch_2.17",
  "2.19": "OpenSearch_2.19",
};

interface InstanceType {
  readonly name: string;
  readonly memoryGiB: number;
  /** Largest gp3 volume of a node. */
  readonly diskGiB: number;
}

/**
 * Instance types with their memory and largest volume. The small ones burst, and are for what may stand still.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
 */
const INSTANCE_TYPES: readonly InstanceType[] = [
  { name: "t3.small.search", memoryGiB: 2, diskGiB: 100 },
  { name: "t3.medium.search", memoryGiB: 4, diskGiB: 200 },
  { name: "m6g.large.search", memoryGiB: 8, diskGiB: 1_024 },
  { name: "r6g.large.search", memoryGiB: 16, diskGiB: 2_048 },
  { name: "r6g.xlarge.search", memoryGiB: 32, diskGiB: 3_072 },
  { name: "r6g.2xlarge.search", memoryGiB: 64, diskGiB: 6_144 },
  { name: "r6g.4xlarge.search", memoryGiB: 128, diskGiB: 12_288 },
  { name: "r6g.8xlarge.search", memoryGiB: 256, diskGiB: 16_384 },
  { name: "r6g.12xlarge.search", memoryGiB: 384, diskGiB: 24_576 },
];
/** Least volume of a node. */
const LEAST_DISK_GIB = 10;

export function diskGiB(store: Pick<Search, "storage">): number {
  return Math.max(LEAST_DISK_GIB, Math.ceil(bytes(store.storage.size) / GIB));
}

/**
 * The instance type the spec names, or the smallest that holds the memory it requests and the disk; undefined when none
 * does. Where losing a zone may not stop it, none that bursts.
 */
export function instanceTypeFor(
  store: Pick<Search, "classes" | "resources" | "storage">,
  multiZone: boolean,
): string | undefined {
  const memoryGiB = bytes(store.resources.requests.memory) / GIB;
  const fits = (each: InstanceType) =>
    each.memoryGiB >= memoryGiB && each.diskGiB >= diskGiB(store) && !(multiZone && each.name.startsWith("t3."));
  return store.classes.aws ?? INSTANCE_TYPES.find(fits)?.name;
}

export interface SearchTopology {
  /** Data nodes, as many in each zone. */
  readonly nodes: number;
  readonly zones: number;
  /** Nodes that do nothing but agree on the cluster; without them the data nodes do. */
  readonly masters: 0 | 3;
}

/** Nodes and zones of a domain. Surviving the loss of a zone takes equally many nodes in each of two or three. */
export function topologyOf(
  store: Pick<Search, "instances">,
  { multiZone, zones }: { readonly multiZone: boolean; readonly zones: number },
): SearchTopology {
  if (!multiZone || zones < 2) {
    return { nodes: store.instances, zones: 1, masters: 0 };
  }
  const spread = zones >= 3 && store.instances >= 3 ? 3 : 2;
  return { nodes: Math.ceil(store.instances / spread) * spread, zones: spread, masters: 3 };
}
