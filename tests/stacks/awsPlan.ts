import { resolve } from "node:path";
import { readStackFile, toPulumiConfig } from "../../automation/stackFile";
import { buildPlan, type Plan, type PlanResource, runProgram } from "../../engine";
import type { Wire } from "../../engine/wire";
import groundplan from "../../index";
import { parseSettings } from "../../stacks/settings";

const ROOT = resolve(__dirname, "../..");

export interface AwsPlan {
  readonly plan: Plan;
  /** Every resource as the program gave it, secrets included: for tests that look for them. */
  readonly raw: readonly {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, Wire>>;
  }[];
}

const plans = new Map<string, Promise<AwsPlan>>();

/** The plan of a stack file with some settings changed; equal requests share one run. */
export function planAws(
  mode: "preview" | "simulate",
  changes: Readonly<Record<string, unknown>> = {},
  stack = "staging",
): Promise<AwsPlan> {
  const key = JSON.stringify([mode, changes, stack]);
  const known = plans.get(key);
  if (known) {
    return known;
  }
  // One run at a time: the SDK keeps its state in the process.
  const planned = Promise.allSettled(plans.values()).then(() => run(mode, changes, stack));
  plans.set(key, planned);
  return planned;
}

async function run(
  mode: "preview" | "simulate",
  changes: Readonly<Record<string, unknown>>,
  stack: string,
): Promise<AwsPlan> {
  const file = await readStackFile(ROOT, stack);
  const config = toPulumiConfig({ ...file.values, ...changes });
  const secretKeys = [...file.secretKeys];
  const settings = await parseSettings(config, { stack, directory: ROOT, secretKeys });
  const result = await runProgram({ program: groundplan, project: file.project, stack, config, secretKeys, mode });
  const plan = buildPlan(result, {
    system: settings.system.name,
    environment: settings.environment,
    model: settings.model,
    placements: settings.placements,
  });
  return { plan, raw: result.resources };
}

export function ofType(plan: Plan, type: string): readonly PlanResource[] {
  return plan.resources.filter((resource) => resource.type === type);
}

/** The one resource of this name; fails where there is none. */
export function named(plan: Plan, name: string, type?: string): PlanResource {
  const found = plan.resources.filter(
    (resource) => resource.name === name && (type === undefined || resource.type === type),
  );
  const [resource] = found;
  if (!resource || found.length > 1) {
    throw new Error(`${found.length} resources are named "${name}"`);
  }
  return resource;
}
