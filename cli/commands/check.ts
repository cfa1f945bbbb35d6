import { resolve } from "node:path";
import { checkPlanFile } from "../../automation/checkFile";
import type { Plan } from "../../engine/plan";
import type { SelectorOptions } from "../command";
import { type PolicyFormat, policiesAsJson, policiesAsJunit, policiesAsSarif } from "../output/policyFormats";
import { printPolicies } from "../output/summary";
import type { CommandContext } from "../run";
import { planWithProgress, verdict } from "./plan";

export interface CheckOptions extends SelectorOptions {
  readonly pack: readonly string[];
  readonly format: PolicyFormat;
  readonly mode: "preview" | "simulate";
  readonly plan?: string;
}

/** Runs policy packs on a stack, or on a plan file or an exported Pulumi state, and prints what they say. */
export async function check(options: CheckOptions, context: CommandContext): Promise<void> {
  const packs = options.pack.length > 0 ? options.pack : undefined;
  const judged =
    options.plan === undefined
      ? await planWithProgress({ ...options, packs }, options.mode, context)
      : await checkPlanFile(resolve(context.directory, options.plan), { packs });
  print(judged, options.format, context);
  context.exitCode = verdict(judged);
}

function print(judged: Pick<Plan, "policies" | "stack">, format: PolicyFormat, context: CommandContext): void {
  const { out } = context.terminal;
  switch (format) {
    case "text":
      return printPolicies(judged.policies, out);
    case "json":
      return out.write(policiesAsJson(judged));
    case "sarif":
      return out.write(policiesAsSarif(judged));
    case "junit":
      return out.write(policiesAsJunit(judged));
    default:
      return format satisfies never;
  }
}
