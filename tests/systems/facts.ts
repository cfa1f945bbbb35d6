import { expect } from "chai";
import { type ResolvedSystem, resolveSystem } from "../../systems/resolve";
import type { Model, RunningServiceSpec, StoreOf, StoreSpec, SystemInput } from "../../systems/spec";

/** What a document says, where the spec holds it, and the value. */
export type Fact = readonly [statement: string, read: (system: ResolvedSystem) => unknown, value: unknown];

/** One test per fact: its title is the document's statement. */
export function holds(system: ResolvedSystem, facts: readonly Fact[]): void {
  for (const [statement, read, value] of facts) {
    it(statement, () => expect(read(system)).to.deep.equal(value));
  }
}

export function resolved(system: SystemInput, model: Model, placement = "main"): ResolvedSystem {
  return resolveSystem(system, { model, environment: "production", placement });
}

export function running(system: ResolvedSystem, name: string): RunningServiceSpec {
  const service = system.services[name];
  if (!service || !("scaling" in service)) {
    throw new Error(`${name} does not keep running`);
  }
  return service;
}

export function store<K extends StoreSpec["kind"]>(system: ResolvedSystem, name: string, kind: K): StoreOf<K> {
  const found = system.stores[name];
  if (found?.kind !== kind) {
    throw new Error(`${name} is no ${kind}`);
  }
  return found as StoreOf<K>;
}

/** Least and most replicas, the documented start, and the targets, in one line. */
export function scalingOf(system: ResolvedSystem, name: string): string {
  const { replicas, min, max, start, cpuPercent, memoryPercent, queue } = running(system, name).scaling;
  return [
    replicas === undefined ? `${min}-${max}` : String(replicas),
    start === undefined ? "" : `from ${start}`,
    cpuPercent === undefined ? "" : `cpu ${cpuPercent}`,
    memoryPercent === undefined ? "" : `memory ${memoryPercent}`,
    queue === undefined ? "" : `${queue.library} ${queue.queue} ${queue.lengthPerReplica}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Who talks to whom: for each starting end, its targets with ports, in the spec's order. A replica's port reads `@`. */
export function edgesOf(system: ResolvedSystem): Readonly<Record<string, string>> {
  const found: Record<string, string[]> = {};
  for (const { from, to, port, endpoint } of system.edges) {
    const target = `${to.name}${port === undefined ? "" : `${endpoint === "replica" ? "@" : ":"}${port}`}`;
    found[from.name] = [...(found[from.name] ?? []), target];
  }
  return Object.fromEntries(Object.entries(found).map(([name, targets]) => [name, targets.join(" ")]));
}

/** Fewest and most nodes of a pool, its class on AWS, and whether it is spot. */
export function poolOf(system: ResolvedSystem, name: string): string {
  const pool = system.nodePools[name];
  return pool ? `${pool.classes.aws} ${pool.min}-${pool.max}${pool.spot ? " spot" : ""}` : "none";
}
