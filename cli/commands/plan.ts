import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import pc from "picocolors";
import { type PlanRequest, planStack } from "../../automation/plan";
import { type Plan, serializePlan } from "../../engine/plan";
import type { SelectorOptions } from "../command";
import { EXIT } from "../exitCodes";
import { printSummary } from "../output/summary";
import { Progress } from "../progress";
import type { CommandContext } from "../run";
import type { Stream } from "../terminal";

export interface PlanOptions extends SelectorOptions {
  readonly mode: "preview" | "simulate";
  readonly json?: string;
  readonly timings?: boolean;
}

/** Plans a stack offline and prints what comes of it; `--json -` prints the plan file instead. */
export async function plan(options: PlanOptions, context: CommandContext): Promise<void> {
  const planned = await planWithProgress(options, options.mode, context);
  if (options.json === "-") {
    context.terminal.out.write(serializePlan(planned));
  } else {
    if (options.json !== undefined) {
      await writeFile(resolve(context.directory, options.json), serializePlan(planned));
    }
    printSummary(planned, context.terminal.out);
    if (options.json !== undefined) {
      context.terminal.out.write(`\nPlan file  ${options.json}\n`);
    }
  }
  context.exitCode = verdict(planned);
}

const SILENT: Stream = { colors: pc.createColors(false), interactive: false, write: () => undefined };

/** Plans what the selectors name, showing progress on the error stream unless it is `quiet`. */
export async function planWithProgress(
  options: SelectorOptions & { readonly timings?: boolean; readonly quiet?: boolean } & Pick<
      PlanRequest,
      "packs" | "rules" | "onRun"
    >,
  mode: Plan["mode"],
  context: CommandContext,
): Promise<Plan> {
  const progress = new Progress(options.quiet ? SILENT : context.terminal.err);
  const timings: string[] = [];
  let phaseStarted = performance.now();
  let phase = "";
  const endPhase = () => {
    if (phase !== "") {
      timings.push(`${phase}: ${(performance.now() - phaseStarted).toFixed(0)} ms`);
    }
  };
  try {
    const planned = await planStack({
      directory: context.directory,
      stack: options.stack,
      selection: options,
      mode,
      packs: options.packs,
      rules: options.rules,
      onRun: options.onRun,
      onPhase: (name) => {
        endPhase();
        phase = name;
        phaseStarted = performance.now();
        progress.phase(name);
      },
      onProgress: ({ resources }) => progress.step(`${resources} resources`),
    });
    endPhase();
    const made = planned.resources.filter(({ custom }) => custom).length;
    progress.done(`planned ${made} resources in ${planned.resources.length - made} components`);
    return planned;
  } finally {
    progress.clear();
    if (options.timings) {
      context.terminal.err.write(`${timings.join("\n")}\n`);
    }
  }
}

/** The exit code a plan's policies ask for. */
export function verdict(planned: Pick<Plan, "policies">): number {
  const failing = planned.policies.results.some(
    (result) => result.status === "violation" && result.level === "mandatory",
  );
  return failing ? EXIT.failed : EXIT.clean;
}
