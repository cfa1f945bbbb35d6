import { isDeepStrictEqual } from "node:util";
import type { Plan, PlanResource } from "../engine";
import { isStateful } from "../policies";
import { promoted, replacesOn } from "./replacements";

/** One property that differs; a side that has none is undefined. */
export interface PropertyChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly kind: "added" | "changed" | "removed";
  readonly properties: readonly PropertyChange[];
  /** `replaces` where a changed property is known to replace the resource, `may-replace` where nothing is known of it. */
  readonly effect: "create" | "update" | "may-replace" | "replaces" | "delete";
  /** Whether it holds data that the change would lose. */
  readonly losesData: boolean;
}

/** What changes between two plans, those that lose data first. Components only group resources and are left out. */
export function diffPlans(before: Pick<Plan, "resources">, after: Pick<Plan, "resources">): readonly ResourceChange[] {
  const old = byUrn(before.resources);
  const current = byUrn(after.resources);
  const changes = [...new Set([...old.keys(), ...current.keys()])].flatMap(
    (urn) => changeOf(old.get(urn), current.get(urn)) ?? [],
  );
  return changes.sort((a, b) => Number(b.losesData) - Number(a.losesData) || (a.urn < b.urn ? -1 : 1));
}

function byUrn(resources: readonly PlanResource[]): ReadonlyMap<string, PlanResource> {
  return new Map(resources.filter(({ custom }) => custom).map((resource) => [resource.urn, resource]));
}

function changeOf(before: PlanResource | undefined, after: PlanResource | undefined): ResourceChange | undefined {
  const resource = after ?? before;
  if (!resource) {
    return undefined;
  }
  const { urn, type, name } = resource;
  if (!before) {
    return { urn, type, name, kind: "added", properties: [], effect: "create", losesData: false };
  }
  if (!after) {
    return { urn, type, name, kind: "removed", properties: [], effect: "delete", losesData: isStateful(type) };
  }
  const properties = [
    ...changedPaths(before.inputs, after.inputs),
    ...changedPaths(before.options, after.options, "options"),
  ];
  if (properties.length === 0) {
    return undefined;
  }
  const effect = effectOf(type, before, after, properties);
  return { urn, type, name, kind: "changed", properties, effect, losesData: effect === "replaces" && isStateful(type) };
}

function effectOf(
  type: string,
  before: PlanResource,
  after: PlanResource,
  properties: readonly PropertyChange[],
): ResourceChange["effect"] {
  // A provider's own replacement reaches everything made with it.
  const asked = listOption(after, "replaceOnChanges");
  const inPlace = promoted(type, properties);
  const verdicts = properties
    .filter(({ path }) => !path.startsWith("options."))
    .map(
      ({ path }) =>
        asked.some((entry) => entry === "*" || path === entry || path.startsWith(`${entry}.`)) ||
        (!inPlace.includes(path) && replacesOn(type, path)),
    );
  if (verdicts.includes(true) || before.provider !== after.provider) {
    return "replaces";
  }
  return verdicts.includes("unknown") ? "may-replace" : "update";
}

function listOption(resource: PlanResource, name: string): readonly string[] {
  const value = resource.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Paths at which two values differ, down to the smallest parts that do. */
export function changedPaths(before: unknown, after: unknown, path = ""): readonly PropertyChange[] {
  if (isDeepStrictEqual(before, after)) {
    return [];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const paths = (pairs: Pairs) => pairs.flatMap(([old, now, index]) => changedPaths(old, now, `${path}[${index}]`));
    const named = paths(byName(before, after));
    // Nothing but the order may have changed, which is a change too.
    return named.length > 0 ? named : paths(byPosition(before, after));
  }
  if (isPlainRecord(before) && isPlainRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => changedPaths(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  return [{ path, before, after }];
}

/** Members of two lists that stand for each other, with the place of the later. */
type Pairs = readonly (readonly [before: unknown, after: unknown, index: number])[];

function byPosition(before: readonly unknown[], after: readonly unknown[]): Pairs {
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) => [before[index], after[index], index]);
}

/** By name, where each member has one of its own; one that went has its old place. */
function byName(before: readonly unknown[], after: readonly unknown[]): Pairs {
  const [old, now] = [namesOf(before), namesOf(after)];
  if (old === undefined || now === undefined) {
    return byPosition(before, after);
  }
  const gone = before.map((member, index) => [member, undefined, index] as const);
  return [
    ...gone.filter(([, , index]) => !now.includes(old[index] ?? "")),
    ...after.map((member, index) => [before[old.indexOf(now[index] ?? "")], member, index] as const),
  ];
}

/** Names of a list's members; nothing where one has none, or two have the same. */
function namesOf(members: readonly unknown[]): readonly string[] | undefined {
  const names = members.map((member) => (isPlainRecord(member) ? member.name : undefined));
  return names.every((name) => typeof name === "string") && new Set(names).size === names.length
    ? (names as readonly string[])
    : undefined;
}

/** A map of values, not one of a plan's tags: those are compared whole. */
function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("$" in value);
}
