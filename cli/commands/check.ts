import { resolve } from "node:path";
import { checkPlanFile } from "../../automation/checkFile";
import type { PolicyFormat, SelectorOptions } from "../command";
import { type Judged, policiesAsJson, policiesAsJunit, policiesAsSarif } from "../output/policyFormats";
import { printPolicies } from "../output/summary";
import type { CommandContext } from "../run";
import type { Stream } from "../terminal";
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
  print[options.format](judged, context.terminal.out);
  context.exitCode = verdict(judged);
}

const print: Readonly<Record<PolicyFormat, (judged: Judged, out: Stream) => void>> = {
  text: (judged, out) => printPolicies(judged.policies, out),
  json: (judged, out) => out.write(policiesAsJson(judged)),
  sarif: (judged, out) => out.write(policiesAsSarif(judged)),
  junit: (judged, out) => out.write(policiesAsJunit(judged)),
};
