import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";

const GIB = 2 ** 30;

/** Node types of ElastiCache by usable memory. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Redis.html */
const NODE_TYPES: readonly { readonly name: string; readonly memoryGiB: number }[] = [
  { name: "cache.t4g.micro", memoryGiB: 0.5 },
  { name: "cache.t4g.small", memoryGiB: 1.37 },
  { name: "cache.t4g.medium", memoryGiB: 3.09 },
  { name: "cache.m6g.large", memoryGiB: 6.38 },
  { name: "cache.r6g.large", memoryGiB: 13.07 },
  { name: "cache.r6g.xlarge", memoryGiB: 26.32 },
  { name: "cache.r6g.2xlarge", memoryGiB: 52.82 },
  { name: "cache.r6g.4xlarge", memoryGiB: 105.81 },
  { name: "cache.r6g.8xlarge", memoryGiB: 209.55 },
  { name: "cache.r6g.12xlarge", memoryGiB: 317.77 },
  { name: "cache.r6g.16xlarge", memoryGiB: 419.09 },
];

/** The node type the spec names, or the smallest that holds the memory it requests; undefined when none does. */
export function nodeTypeFor(store: Pick<StoreOf<"redis">, "classes" | "resources">): string | undefined {
  const memoryGiB = bytes(store.resources.requests.memory) / GIB;
  return store.classes.aws ?? NODE_TYPES.find((each) => each.memoryGiB >= memoryGiB)?.name;
}
