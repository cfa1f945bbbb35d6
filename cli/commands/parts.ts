import type { ChangeResult } from "../../automation/lifecycle/options";
import {
  allDone,
  destroyParts,
  type PartResult,
  type PartsOptions,
  type PartsRequest,
  previewParts,
  upParts,
} from "../../automation/lifecycle/parts";
import { InputError, show } from "../../components/errors";
import { EXIT } from "../exitCodes";
import { explainFailure, lifecycleKind } from "../failure";
import { interruptible } from "../interrupts";
import type { StackFlags } from "../lifecycleCommands";
import { EventPrinter, printChanges, printJson, printOutputs } from "../output/lifecycle";
import type { CommandContext } from "../run";
import { operationOptions, stackOptions } from "../stackOptions";
import type { PreviewFlags, UpFlags } from "./lifecycle";

type DestroyFlags = StackFlags & {
  readonly yesProduction?: boolean;
  readonly remove?: boolean;
  readonly continueOnError?: boolean;
};

/** Prints what an up of every part would do; a failing policy of one makes it fail. */
export async function preview(flags: PreviewFlags, context: CommandContext): Promise<void> {
  refuse(flags, ["savePlan"]);
  const results = await runParts("preview", flags, context, (request, options) =>
    previewParts(request, { ...options, policies: flags.policies }),
  );
  const violations = results.flatMap((part) => (part.outcome === "done" ? part.result.violations : []));
  if (context.exitCode === EXIT.clean && violations.length > 0) {
    context.exitCode = EXIT.failed;
  }
}

/** Makes every part what its settings say. */
export async function up(flags: UpFlags, context: CommandContext): Promise<void> {
  refuse(flags, ["plan", "base", "ttl"]);
  const { policies, continueOnError, yesProduction } = flags;
  const results = await runParts("up", flags, context, (request, options) =>
    upParts(request, { ...options, policies, continueOnError, yesProduction }),
  );
  if (!flags.json) {
    const { out } = context.terminal;
    for (const part of results) {
      if (part.outcome === "done") {
        out.write(`\noutputs of ${part.stack}\n`);
        printOutputs(part.result.outputs, out);
      }
    }
  }
}

/** Deletes what the parts made, those that read others first. */
export async function destroy(flags: DestroyFlags, context: CommandContext): Promise<void> {
  const { yesProduction, remove, continueOnError } = flags;
  await runParts("destroy", flags, context, (request, options) =>
    destroyParts(request, { ...options, yesProduction, remove, continueOnError }),
  );
}

/** Flags that are of one stack, not of several. */
function refuse<F extends StackFlags>(flags: F, names: readonly (keyof F & string)[]): void {
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length > 0) {
    throw new InputError(
      given.map((name) => ({
        path: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        found: show(flags[name]),
        allowed: "nothing together with --parts: it is of one stack",
        fix: "leave --parts out, and name a part's own stack",
      })),
    );
  }
}

/** Runs one operation on all parts with their events shown, and says what became of each. */
async function runParts<T extends ChangeResult>(
  command: string,
  flags: StackFlags,
  context: CommandContext,
  start: (request: PartsRequest, options: PartsOptions) => Promise<readonly PartResult<T>[]>,
): Promise<readonly PartResult<T>[]> {
  const { out, err } = context.terminal;
  const json = flags.json === true;
  const printers = new Map<string, EventPrinter>();
  const onEvent: PartsOptions["onEvent"] = (stack, event) => {
    const printer = printers.get(stack) ?? new EventPrinter(context.terminal, json, stack);
    printers.set(stack, printer);
    printer.show(event);
  };
  const names = typeof flags.parts === "string" ? { parts: flags.parts.split(",").map((name) => name.trim()) } : {};
  let results: readonly PartResult<T>[];
  try {
    results = await interruptible(err, (signal) =>
      start(
        { ...stackOptions(flags, context), ...names },
        { ...operationOptions(flags, signal), concurrency: flags.concurrency, onEvent },
      ),
    );
  } catch (error) {
    if (json) {
      const { message, exitCode } = explainFailure(error);
      const kind = lifecycleKind(error) ?? "wrong-input";
      printJson(out, { type: "error", command, stack: flags.stack, kind, message, exitCode });
    }
    throw error;
  }
  for (const printer of printers.values()) {
    printer.clear();
  }
  for (const result of results) {
    printPart(command, result, context, json);
  }
  if (!allDone(results)) {
    const failed = results.find((part) => part.outcome === "failed");
    context.exitCode = failed === undefined ? EXIT.engineFailed : explainFailure(failed.error).exitCode;
  }
  return results;
}

function printPart<T extends ChangeResult>(
  command: string,
  part: PartResult<T>,
  { terminal: { out, err } }: CommandContext,
  json: boolean,
): void {
  const { stack, outcome } = part;
  if (json) {
    const { part: name } = part;
    const failure = outcome === "failed" ? explainFailure(part.error) : undefined;
    printJson(out, {
      type: outcome === "failed" ? "error" : "result",
      command,
      part: name,
      stack,
      outcome,
      ...(outcome === "done" ? part.result : {}),
      ...(outcome === "not-started" ? { reason: part.reason } : {}),
      ...(outcome === "failed" ? { kind: lifecycleKind(part.error) ?? "wrong-input", ...failure } : {}),
    });
    return;
  }
  switch (outcome) {
    case "done":
      out.write(`${stack}: done\n`);
      printChanges(part.result, out);
      break;
    case "absent":
      out.write(`${stack}: there is no such stack, nothing to do\n`);
      break;
    case "not-started":
      out.write(`${stack}: not started, ${part.reason}\n`);
      break;
    case "failed":
      out.write(`${stack}: failed\n`);
      err.write(`${err.colors.red("error")} ${stack}: ${explainFailure(part.error).message}\n`);
      break;
    default:
      part satisfies never;
  }
}
