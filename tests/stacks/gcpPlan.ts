import { expect } from "chai";
import type { Plan } from "../../engine";
import { type AwsPlan, named, planAws } from "./awsPlan";

export { named, ofType } from "./awsPlan";

const PLACEMENTS = [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128 }];
/** The project of tests; any would do. */
export const PROJECT = "groundplan-tests";

/** The plan of a stack file moved to Google Cloud, with some settings changed. */
export function planGcp(
  mode: "preview" | "simulate",
  changes: Readonly<Record<string, unknown>> = {},
  stack = "staging",
): Promise<AwsPlan> {
  const moved = { "groundplan:placements": PLACEMENTS, "groundplan:access": { gcp: { project: PROJECT } } };
  return planAws(mode, { ...moved, ...changes }, stack);
}

/** VibeBox of the development stack in its distributed model. */
export function planVibebox(mode: "preview" | "simulate"): Promise<AwsPlan> {
  return planGcp(mode, { "groundplan:model": "distributed" }, "dev");
}

/** Production, where nothing may be missing. */
export const PRODUCTION = { "groundplan:environment": "production", "groundplan:compute": {} } as const;

/** What stands at a path of a resource's inputs, such as `settings.ipConfiguration.sslMode`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (current, key) => (typeof current === "object" && current !== null ? Reflect.get(current, key) : undefined),
      value,
    );
}

/** Asserts many inputs of one resource at once, so that a failure shows them all. */
export function expectInputs(
  plan: Plan,
  name: string,
  expected: Readonly<Record<string, unknown>>,
  type?: string,
): void {
  const { inputs } = named(plan, name, type);
  const found = Object.fromEntries(Object.keys(expected).map((path) => [path, at(inputs, path)]));
  expect(found).to.deep.equal(expected);
}
