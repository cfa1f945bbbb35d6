import type { Problem } from "../../components/errors";
import type { Path } from "../../components/validation";
import type { ScalingSpec, SystemSpec } from "../spec";
import { problemAt, unknownName } from "./report";

/** Replica counts and what moves them. */
export function checkScaling(system: SystemSpec): readonly Problem[] {
  return Object.entries(system.services).flatMap(([name, service]) => {
    if (!("scaling" in service)) {
      return [];
    }
    const path = ["services", name, "scaling"];
    return [
      ...checkCounts(path, service.scaling),
      ...(service.kind === "daemonset" ? checkDaemonSet(path, service.scaling) : checkTriggers(path, service.scaling)),
      ...checkQueue([...path, "queue"], service.scaling, system),
    ];
  });
}

/** What a fixed count has no use for. */
const MOVERS = ["min", "max", "cpuPercent", "memoryPercent", "queue", "metrics"] as const;

function moversOf(scaling: ScalingSpec): readonly string[] {
  return MOVERS.filter((field) => (field === "metrics" ? scaling.metrics.length > 0 : scaling[field] !== undefined));
}

function checkCounts(path: Path, scaling: ScalingSpec): readonly Problem[] {
  const { replicas, min, max, start, alone } = scaling;
  const problems: Problem[] = [];
  if (alone !== undefined && replicas !== 1) {
    problems.push(
      problemAt(
        [...path, "alone"],
        alone,
        "a reason with replicas: 1 only",
        "set replicas to 1, or remove the reason (null in an overlay) if there can be more",
      ),
    );
  }
  const ranged = min !== undefined || max !== undefined;
  const movers = replicas === undefined ? [] : moversOf(scaling);
  if (movers.length > 0) {
    problems.push(
      problemAt(
        [...path, "replicas"],
        replicas,
        "either replicas, or min and max with what moves them",
        // All at once: without min and max, what is left of a range would be the next mistake.
        `remove replicas, or ${movers.length > 1 ? "all of " : ""}${movers.join(", ")}; in overrides and overlays write replicas: null, or ${movers.map((field) => `${field}: null`).join(", ")}`,
      ),
    );
  }
  if (replicas === undefined && !ranged) {
    problems.push(problemAt(path, { start }, "either replicas, or min and max", "add replicas: 1"));
  }
  if (ranged && (min === undefined || max === undefined)) {
    const missing = min === undefined ? "min" : "max";
    problems.push(problemAt([...path, missing], undefined, "min and max together", `add ${missing}`));
  }
  if (min !== undefined && max !== undefined && min > max) {
    problems.push(problemAt([...path, "min"], min, `at most max, ${max}`, "lower min or raise max"));
  }
  if (start !== undefined && min !== undefined && max !== undefined && min <= max && (start < min || start > max)) {
    problems.push(
      problemAt([...path, "start"], start, `between min, ${min}, and max, ${max}`, "move start into the range"),
    );
  }
  return problems;
}

function checkTriggers(path: Path, scaling: ScalingSpec): readonly Problem[] {
  const { min, max, cpuPercent, memoryPercent, queue, metrics } = scaling;
  const problems: Problem[] = [];
  const external = queue !== undefined || metrics.length > 0;
  const triggered = external || cpuPercent !== undefined || memoryPercent !== undefined;
  if (min !== undefined && max !== undefined && min < max && !triggered && scaling.replicas === undefined) {
    problems.push(
      problemAt(
        path,
        { min, max },
        "a range with something that moves it",
        "add cpuPercent, memoryPercent, queue or metrics, or set replicas",
      ),
    );
  }
  if (min === 0 && !external) {
    problems.push(
      problemAt(
        [...path, "min"],
        min,
        "at least 1, as CPU and memory of no pods cannot be measured",
        "set min to 1, or scale on a queue or a metric",
      ),
    );
  }
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) {
      problems.push(
        problemAt(
          [...path, "metrics", index, "name"],
          metric.name,
          "a name no other metric has",
          "rename one of the two",
        ),
      );
    }
    names.add(metric.name);
  }
  return problems;
}

function checkDaemonSet(path: Path, scaling: ScalingSpec): readonly Problem[] {
  const { min, max, cpuPercent, memoryPercent, queue } = scaling;
  const scales =
    [min, max, cpuPercent, memoryPercent, queue].some((value) => value !== undefined) || scaling.metrics.length > 0;
  return scales
    ? [
        problemAt(
          path,
          { min, max },
          "no scaling: a daemonset runs once per node",
          "remove it, and size the node pool instead",
        ),
      ]
    : [];
}

/** A queue lives in a Redis that is declared a broker, so that nothing evicts or shards it. */
function checkQueue(path: Path, { queue }: ScalingSpec, system: SystemSpec): readonly Problem[] {
  if (!queue) {
    return [];
  }
  const store = system.stores[queue.store];
  const brokers = Object.entries(system.stores).flatMap(([name, { kind }]) => (kind === "redis" ? [name] : []));
  if (!store) {
    return [unknownName([...path, "store"], queue.store, "a store of kind redis", brokers)];
  }
  if (store.kind !== "redis") {
    return [
      problemAt(
        [...path, "store"],
        queue.store,
        `a store of kind redis, not ${store.kind}`,
        "name the Redis that holds the queue",
      ),
    ];
  }
  return store.purpose === "cache"
    ? [problemAt([...path, "store"], queue.store, "a broker", `set purpose of stores.${queue.store} to broker or both`)]
    : [];
}
