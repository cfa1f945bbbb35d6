import { Output } from "@pulumi/pulumi/output";
import { Resource } from "@pulumi/pulumi/resource";
import { type Constructed, type Constructions, type ResourceInternals, sourceOf } from "./construction";
import type { Failure } from "./failures";
import { knownValue, sourcesOf } from "./outputs";
import type { OutputTrail } from "./outputTrail";
import { turn } from "./watchdog";

/** Says why a program that waits for nothing does not end: which resources wait, for what, and where they are made. */
export async function explainStuck(
  constructions: Constructions,
  trail: OutputTrail,
  lastUrn: string | undefined,
): Promise<readonly Failure[]> {
  const waiting = await unregistered(constructions.list);
  if (waiting.length === 0) {
    return [neverFinished(constructions, lastUrn)];
  }
  const edges = new Map(waiting.map((item) => [item, blockers(item, waiting, trail)]));
  const cycles = findCycles(edges);
  const cyclic = new Set(cycles.flat());
  const failures = cycles.map((cycle) => cycleFailure(constructions, cycle));
  for (const item of waiting) {
    const behind = edges.get(item) ?? [];
    // A resource that only waits for another waiting one is a consequence, and named there.
    if (!cyclic.has(item) && behind.length === 0) {
      failures.push(await neverRegistered(constructions, item, edges));
    }
  }
  return failures;
}

async function unregistered(list: readonly Constructed[]): Promise<readonly Constructed[]> {
  const settled = new Set<Constructed>();
  for (const item of list) {
    const urn: Output<string> | undefined = item.resource.urn;
    const done = () => settled.add(item);
    if (urn !== undefined) {
      knownValue(urn).then(done, done);
    }
  }
  await turn();
  await turn();
  return list.filter((item) => !settled.has(item));
}

/** The waiting resources another one needs first: those in its inputs, its dependencies and its parent. */
function blockers(item: Constructed, waiting: readonly Constructed[], trail: OutputTrail): readonly Constructed[] {
  const needed = new Set<unknown>();
  expandDependencies(item.opts.dependsOn, needed, trail);
  // A child may depend on its component, and so on itself: the SDK leaves that out.
  needed.delete(item.resource);
  const { provider, deletedWith, parent } = item.opts;
  collect([item.props, provider, deletedWith, parent], needed, trail);
  return waiting.filter((other) => needed.has(other.resource));
}

/** Adds every resource that a value holds or waits for. */
function collect(value: unknown, into: Set<unknown>, trail: OutputTrail, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) {
    return;
  }
  seen.add(value);
  if (Resource.isInstance(value)) {
    into.add(value);
  } else if (Output.isInstance(value)) {
    for (const resource of sourcesOf(value)) {
      into.add(resource);
    }
    for (const behind of trail.behind(value)) {
      collect(behind, into, trail, seen);
    }
  } else if (!(value instanceof Promise)) {
    for (const inner of Object.values(value)) {
      collect(inner, into, trail, seen);
    }
  }
}

/** To depend on a component is to depend on all its children. */
function expandDependencies(value: unknown, into: Set<unknown>, trail: OutputTrail): void {
  const direct = new Set<unknown>();
  collect({ value }, direct, trail);
  const visit = (resource: unknown) => {
    if (!into.has(resource)) {
      into.add(resource);
      const { __pulumiComponentResource, __childResources } = resource as ResourceInternals;
      if (__pulumiComponentResource === true) {
        for (const child of __childResources ?? []) {
          visit(child);
        }
      }
    }
  };
  for (const resource of direct) {
    visit(resource);
  }
}

function findCycles(edges: ReadonlyMap<Constructed, readonly Constructed[]>): Constructed[][] {
  const cycles: Constructed[][] = [];
  const done = new Set<Constructed>();
  const visit = (item: Constructed, path: readonly Constructed[]): void => {
    const at = path.indexOf(item);
    if (at >= 0) {
      cycles.push(path.slice(at));
      return;
    }
    if (done.has(item)) {
      return;
    }
    done.add(item);
    for (const next of edges.get(item) ?? []) {
      visit(next, [...path, item]);
    }
  };
  for (const item of edges.keys()) {
    visit(item, []);
  }
  return cycles;
}

function cycleFailure(constructions: Constructions, cycle: readonly Constructed[]): Failure {
  const names = cycle.map((item) => `${item.name} [${item.type}] (${sourceOf(item) ?? "unknown place"})`);
  const first = cycle[0] as Constructed;
  return {
    kind: "cycle",
    message: `the resources wait for each other, so none is ever registered: ${[...names, first.name].join(" -> ")}`,
    ...place(constructions, first),
  };
}

async function neverRegistered(
  constructions: Constructions,
  item: Constructed,
  edges: ReadonlyMap<Constructed, readonly Constructed[]>,
): Promise<Failure> {
  const pending = await pendingProperties(item);
  const inputs = pending.length > 0 ? `its input ${pending.join(", ")}` : "something it depends on";
  const affected = [...edges]
    .filter(([, behind]) => behind.includes(item))
    .map(([other]) => constructions.urnOf(other.resource));
  return {
    kind: "never-settled",
    message:
      `resource ${item.name} [${item.type}] is never registered: ${inputs} waits for a promise that nothing settles, ` +
      "or that itself waits for this resource",
    ...place(constructions, item),
    ...(affected.length > 0 ? { affected } : {}),
  };
}

async function pendingProperties(item: Constructed): Promise<readonly string[]> {
  const settled = new Set<string>();
  for (const [key, value] of Object.entries(item.props)) {
    const done = () => settled.add(key);
    promiseOf(value).then(done, done);
  }
  await turn();
  await turn();
  return Object.keys(item.props).filter((key) => !settled.has(key));
}

/** Settles when everything inside a value has. */
function promiseOf(value: unknown): Promise<unknown> {
  if (Output.isInstance(value)) {
    return knownValue(value);
  }
  if (value instanceof Promise) {
    return value.then(promiseOf);
  }
  if (typeof value === "object" && value !== null && !Resource.isInstance(value)) {
    return Promise.all(Object.values(value).map(promiseOf));
  }
  return Promise.resolve();
}

function neverFinished(constructions: Constructions, lastUrn: string | undefined): Failure {
  const source = lastUrn === undefined ? undefined : constructions.sourceOf(lastUrn);
  return {
    kind: "never-settled",
    message:
      "the program never ends: it waits for a promise that nothing settles" +
      (lastUrn === undefined ? " and registered nothing" : "; the last resource it registered is named here"),
    ...(lastUrn === undefined ? {} : { urn: lastUrn }),
    ...(source === undefined ? {} : { source }),
  };
}

function place(constructions: Constructions, item: Constructed): Pick<Failure, "urn" | "source"> {
  const source = sourceOf(item);
  return { urn: constructions.urnOf(item.resource), ...(source === undefined ? {} : { source }) };
}
