import type { Plan } from "../../../engine";
import type { Settings } from "../../../stacks/settings";

/** A resource as far as a need can be read off it. */
export type Sized = Pick<Plan["resources"][number], "type" | "name" | "urn" | "parent" | "placement" | "inputs">;

/** How much of a quota: at once, and once everything has grown to its most. */
export interface Amount {
  readonly least: number;
  readonly most: number;
}

/** Amounts by the quota's id. */
export type Amounts = Readonly<Record<string, Amount>>;

/** What a resource takes. `all` are those of its plan, for what one says of another. */
export type Reader = (resource: Sized, all: readonly Sized[]) => Amounts;

/** Where quotas are counted: an account's or project's region. */
export interface Place {
  /** Undefined: that of the credentials at hand. */
  readonly account: string | undefined;
  readonly region: string;
}

/** What a plan wants of a quota in a place beyond what its stack has there. */
export interface Need extends Amount, Place {
  readonly quota: string;
}

/** Inputs of what the stack's state has, by URN. */
export type Owned = ReadonlyMap<string, Sized["inputs"]>;

/**
 * What `up` will add. What the state has is in the cloud's count of what is used, at its least: nobody can tell from here how
 * far it has grown since.
 */
export function needsOf(
  cloud: "aws" | "gcp",
  resources: readonly Sized[],
  { settings, owned, read }: { readonly settings: Where; readonly owned: Owned; readonly read: Reader },
): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const resource of resources) {
    const place = placeOf(cloud, resource, settings);
    const before = owned.get(resource.urn);
    const had = before === undefined ? {} : read({ ...resource, inputs: before }, resources);
    for (const [quota, { least, most }] of Object.entries(place === undefined ? {} : read(resource, resources))) {
      const key = JSON.stringify([quota, place]);
      const sum = needs.get(key) ?? { quota, least: 0, most: 0, ...(place as Place) };
      const there = had[quota]?.least ?? 0;
      needs.set(key, {
        ...sum,
        least: sum.least + Math.max(0, least - there),
        most: sum.most + Math.max(0, most - there),
      });
    }
  }
  return [...needs.values()].filter(({ most }) => most > 0);
}

export interface Where {
  readonly placements: readonly Pick<Settings["placements"][number], "name" | "cloud" | "region" | "account">[];
}

/** A resource that names a region is there; one of no placement, such as the edge's, counts where its cloud begins. */
function placeOf(cloud: "aws" | "gcp", { type, placement, inputs }: Sized, { placements }: Where): Place | undefined {
  if (!type.startsWith(`${cloud}:`)) {
    return undefined;
  }
  const here = placements.filter((each) => each.cloud === cloud);
  const own = here.find(({ name }) => name === placement) ?? here[0];
  if (own === undefined) {
    return undefined;
  }
  const region = cloud === "aws" && typeof inputs.region === "string" ? inputs.region : own.region;
  return { account: own.account, region };
}

export function exactly(amount: number): Amount {
  return { least: amount, most: amount };
}

export const ONE = exactly(1);
export const NONE: Amounts = {};

/** The number at a path; undefined where there is none, or where it is not known yet. */
export function numberAt(inputs: Sized["inputs"], path: string): number | undefined {
  const value = valueAt(inputs, path);
  return typeof value === "number" ? value : undefined;
}

/** The text at a path, empty where there is none. */
export function textAt(inputs: Sized["inputs"], path: string): string {
  const value = valueAt(inputs, path);
  return typeof value === "string" ? value : "";
}

function valueAt(inputs: Sized["inputs"], path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      inputs,
    );
}
