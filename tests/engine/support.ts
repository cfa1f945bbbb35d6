import * as pulumi from "@pulumi/pulumi";
import { buildPlan, EngineError, type Plan, type RunRequest, type RunResult, runProgram } from "../../engine";

/** A resource of no provider, with one output that is only computed. */
export class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>;
  declare readonly computed: pulumi.Output<string>;

  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { ...props, computed: undefined }, opts);
  }
}

/** A component that says where it is. */
export class Component extends pulumi.ComponentResource {
  constructor(name: string, props: pulumi.Inputs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Component", name, props, opts);
  }

  finish(outputs: pulumi.Inputs): void {
    this.registerOutputs(outputs);
  }
}

/** Runs a program with as little said as possible. */
export function run(program: RunRequest["program"], more: Partial<RunRequest> = {}): Promise<RunResult> {
  return runProgram({
    program,
    project: "project",
    stack: "stack",
    config: {},
    secretKeys: [],
    mode: "preview",
    ...more,
  });
}

/** The header of plans in these tests. */
export const header = { system: "system", environment: "dev", model: "standalone", placements: [] };

/** Runs a program and makes its plan. */
export async function plan(program: RunRequest["program"], more: Partial<RunRequest> = {}): Promise<Plan> {
  return buildPlan(await run(program, more), header);
}

/** The failures of a program that must fail. */
export async function failuresOf(program: RunRequest["program"], more: Partial<RunRequest> = {}) {
  try {
    await run(program, more);
  } catch (error) {
    if (error instanceof EngineError) {
      return error.failures;
    }
    throw error;
  }
  throw new Error("the program did not fail");
}

/** One resource of a run or plan by name. */
export function named<T extends { readonly name: string }>(resources: readonly T[], name: string): T {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) {
    throw new Error(`no resource named ${name}`);
  }
  return found;
}

/** The URN of a Thing or Component of these tests. */
export function urn(chain: string, name: string): string {
  return `urn:pulumi:stack::project::${chain}::${name}`;
}
