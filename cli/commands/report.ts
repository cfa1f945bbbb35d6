import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { report as reportOn } from "../../automation/report";
import type { SelectorOptions } from "../command";
import type { CommandContext } from "../run";
import { planWithProgress, verdict } from "./plan";

export interface ReportOptions extends SelectorOptions {
  readonly mode: "preview" | "simulate";
  readonly out: string;
}

/** Plans a stack and writes it up as one page; the page is written also where a policy fails, and says so. */
export async function report(options: ReportOptions, context: CommandContext): Promise<void> {
  const { directory, terminal } = context;
  const { stack, mode } = options;
  const planned = await planWithProgress({ ...options, packs: [] }, mode, context);
  const { plan, text } = await reportOn({ directory, stack, selection: options, plan: planned });
  await writeFile(resolve(directory, options.out), text);
  terminal.out.write(`Report  ${options.out}\n`);
  context.exitCode = verdict(plan);
}
