import type { StoreOf } from "../../../systems/spec";
import { bytes, cpuMillicores } from "../../quantities";

type Memcached = StoreOf<"memcached">;

/** Memory a node must have at least for each of its processors, and for one. */
const LEAST_MIB_PER_CPU = 922;
const LEAST_MIB = 1_024;

/** A node as Memorystore sells it. */
export interface MemcachedNode {
  readonly cpuCount: number;
  readonly memorySizeMb: number;
}

/**
 * The smallest node that holds what the spec asks for: one processor or an even number of them, and no less memory than
 * goes with that many. https://docs.cloud.google.com/memorystore/docs/memcached/instance-node-properties
 */
export function memcachedNode({ resources }: Pick<Memcached, "resources">): MemcachedNode {
  const cpus = Math.max(1, Math.ceil(cpuMillicores(resources.requests.cpu) / 1_000));
  const cpuCount = cpus === 1 ? 1 : 2 * Math.ceil(cpus / 2);
  const asked = Math.ceil(bytes(resources.requests.memory) / 2 ** 20);
  return { cpuCount, memorySizeMb: Math.max(asked, LEAST_MIB, LEAST_MIB_PER_CPU * cpuCount) };
}
