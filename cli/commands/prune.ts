import { parseDuration } from "../../automation/lifecycle/duration";
import { pruneEnvironments } from "../../automation/lifecycle/environments";
import { EXIT } from "../exitCodes";
import { explainFailure } from "../failure";
import { interruptible } from "../interrupts";
import type { StateOptions } from "../lifecycleCommands";
import { printJson } from "../output/lifecycle";
import { Progress } from "../progress";
import type { CommandContext } from "../run";
import { placeOf } from "../stackOptions";

export interface PruneFlags extends StateOptions {
  readonly dryRun?: boolean;
  readonly concurrency: number;
  readonly timeLimit: string;
}

/** Destroys every ephemeral environment whose time is over, and says which; one that fails makes it fail. */
export async function prune(flags: PruneFlags, context: CommandContext): Promise<void> {
  const { out, err } = context.terminal;
  const timeLimitMs = parseDuration(flags.timeLimit, "--time-limit");
  const progress = new Progress(err);
  progress.phase("looking for environments whose time is over");
  const pruned = await interruptible(err, (signal) =>
    pruneEnvironments(placeOf(flags, context), {
      signal,
      timeLimitMs,
      dryRun: flags.dryRun === true,
      concurrency: flags.concurrency,
      onEvent: (stack, event) => (event.kind === "resource" ? progress.step(`${stack}: ${event.name}`) : undefined),
    }),
  );
  progress.done("pruned");
  for (const { stack, base, expiresAt, outcome, error } of pruned) {
    const problem = error === undefined ? undefined : explainFailure(error);
    if (flags.json) {
      printJson(out, { stack, base, expiresAt, outcome, ...(problem ? { message: problem.message } : {}) });
    } else {
      const said = outcome === "would-be-destroyed" ? "would be destroyed" : outcome;
      out.write(
        `${stack} (from ${base}, until ${expiresAt.toISOString()}): ${said}${problem ? `: ${problem.message}` : ""}\n`,
      );
    }
  }
  if (pruned.length === 0 && !flags.json) {
    out.write("no environment's time is over\n");
  }
  if (pruned.some(({ outcome }) => outcome === "failed")) {
    context.exitCode = EXIT.engineFailed;
  }
}
