import type { Problem } from "../../components/errors";
import { parseBytes, parseCpuMillicores } from "../../components/quantities";
import type { SystemSpec } from "../spec";
import { problemAt, unknownName } from "./report";

/** Node pools, and what is meant for them. */
export function checkClusterParts(system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const pools = Object.keys(system.nodePools);
  for (const [name, pool] of Object.entries(system.nodePools)) {
    if (pool.min > pool.max) {
      problems.push(
        problemAt(["nodePools", name, "min"], pool.min, `at most max, ${pool.max}`, "lower min or raise max"),
      );
    }
  }
  for (const [name, store] of Object.entries(system.stores)) {
    if ("nodePool" in store && store.nodePool !== undefined && !pools.includes(store.nodePool)) {
      problems.push(unknownName(["stores", name, "nodePool"], store.nodePool, "a node pool of the system", pools));
    }
  }
  for (const [name, service] of Object.entries(system.services)) {
    if (service.nodePool === undefined) {
      continue;
    }
    const path = ["services", name, "nodePool"];
    const pool = system.nodePools[service.nodePool];
    if (!pool) {
      problems.push(unknownName(path, service.nodePool, "a node pool of the system", pools));
      continue;
    }
    if (pool.spot && !service.interruptible) {
      problems.push(
        problemAt(
          path,
          service.nodePool,
          "a pool without spot capacity, or an interruptible service",
          "set interruptible: true, or name another pool",
        ),
      );
    }
    const { cpu, memory } = service.resources.requests;
    const fits =
      (parseCpuMillicores(cpu) ?? 0) <= (parseCpuMillicores(pool.cpu) ?? 0) &&
      (parseBytes(memory) ?? 0) <= (parseBytes(pool.memory) ?? 0);
    if (!fits) {
      problems.push(
        problemAt(
          path,
          service.nodePool,
          `a pool whose nodes hold one replica: ${cpu} CPU and ${memory}`,
          `raise nodePools.${service.nodePool} (${pool.cpu} CPU, ${pool.memory}) or lower the requests`,
        ),
      );
    }
  }
  return problems;
}
