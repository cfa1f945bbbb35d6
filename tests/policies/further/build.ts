import { one, type RuleCase } from "../cases";
import type { Mutation, TestResource } from "../harness";

export type Further = Readonly<Record<string, readonly RuleCase[]>>;
type Config = Readonly<Record<string, unknown>>;

/** An object with a value at a dotted path; a path's part that is a number makes a list. */
export function nested(path: string, value: unknown): Readonly<Record<string, unknown>> {
  return path
    .split(".")
    .reduceRight<unknown>((inner, key) => (/^\d+$/.test(key) ? [inner] : { [key]: inner }), value) as Readonly<
    Record<string, unknown>
  >;
}

/** A rule that holds a bound in each place of each type: the bound itself passes, one more does not. */
export function bounded(
  places: readonly (readonly [type: string, path: string])[],
  most: unknown,
  beyond: unknown,
  message: (path: string) => string,
  config: Config = {},
): readonly RuleCase[] {
  return places.map(([type, path]) => ({
    base: one(type, nested(path, most)),
    fails: [{ at: path, to: beyond, message: message(path) }],
    unknown: [path],
    config,
  }));
}

/** Values of one property that pass, each. */
export function allows(
  base: readonly TestResource[],
  at: Mutation["at"],
  values: readonly unknown[],
  config: Config = {},
): RuleCase {
  return { base, fails: [], passes: values.map((to) => ({ at, to, config })), unknown: [] };
}

/** Values of one property that do not pass, each with what is said. */
export function refuses(
  base: readonly TestResource[],
  at: Mutation["at"],
  values: readonly (readonly [unknown, string | readonly string[]])[],
  config: Config = {},
): RuleCase {
  return { base, fails: values.map(([to, message]) => ({ at, to, message, config })), unknown: [] };
}

/** Resources that the rule has nothing to say about, beside one it passes. */
export function leaves(base: readonly TestResource[], ...others: readonly TestResource[]): RuleCase {
  return {
    base: [...base, ...others.map((other, index) => ({ name: `other-${index}`, ...other }))],
    fails: [],
    unknown: [],
  };
}

/** The change under which a rule that asks nothing in dev fails elsewhere. */
export function notInDev(base: readonly TestResource[], change: Mutation): RuleCase {
  return { base, fails: [], passes: [{ ...change, config: { environment: "dev" } }], unknown: [] };
}
