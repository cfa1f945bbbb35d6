import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CheckFileRequest, checkPlanFile, readRules } from "../../automation/checkFile";
import { judgeSettings, readStack } from "../../automation/plan";
import { packConfigs } from "../../automation/policies";
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
  readonly packConfig?: string;
  readonly rules?: string;
}

/** Runs policy packs on a stack, or on a plan file or an exported Pulumi state, and prints what they say. */
export async function check(options: CheckOptions, context: CommandContext): Promise<void> {
  const packs = options.pack.length > 0 ? options.pack : undefined;
  const rules = options.rules === undefined ? undefined : await readRules(resolve(context.directory, options.rules));
  if (options.packConfig !== undefined) {
    return writePackConfigs(options.packConfig, { ...options, packs, rules }, context);
  }
  const environment = options.environment as CheckFileRequest["environment"];
  const judged =
    options.plan === undefined
      ? await planWithProgress({ ...options, packs, rules }, options.mode, context)
      : await checkPlanFile(resolve(context.directory, options.plan), { packs, rules, environment });
  print[options.format](judged, context.terminal.out);
  context.exitCode = verdict(judged);
}

/** Writes what the packs must know of a stack where the Pulumi CLI runs them, and the flags that hand it over. */
async function writePackConfigs(
  directory: string,
  options: SelectorOptions & Pick<CheckFileRequest, "packs" | "rules">,
  context: CommandContext,
): Promise<void> {
  const { settings } = await readStack({ directory: context.directory, stack: options.stack, selection: options });
  const configs = packConfigs({ ...judgeSettings(settings), packs: options.packs, rules: options.rules });
  await mkdir(resolve(context.directory, directory), { recursive: true });
  for (const [pack, config] of Object.entries(configs)) {
    const file = join(directory, `${pack}.json`);
    await writeFile(resolve(context.directory, file), `${JSON.stringify(config, null, 2)}\n`);
    context.terminal.out.write(`--policy-pack policies/${pack} --policy-pack-config ${file}\n`);
  }
}

const print: Readonly<Record<PolicyFormat, (judged: Judged, out: Stream) => void>> = {
  text: (judged, out) => printPolicies(judged.policies, out),
  json: (judged, out) => out.write(policiesAsJson(judged)),
  sarif: (judged, out) => out.write(policiesAsSarif(judged)),
  junit: (judged, out) => out.write(policiesAsJunit(judged)),
};
