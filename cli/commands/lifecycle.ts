import { resolve } from "node:path";
import { parseDuration } from "../../automation/lifecycle/duration";
import { type Environment, type EnvironmentOptions, openEnvironment } from "../../automation/lifecycle/environments";
import { withLimits } from "../../automation/lifecycle/limits";
import type { Operation } from "../../automation/lifecycle/operation";
import type { ChangeResult, PolicyOptions } from "../../automation/lifecycle/options";
import { openStack, type StackHandle } from "../../automation/lifecycle/stack";
import { InputError, show } from "../../components/errors";
import { EXIT } from "../exitCodes";
import { explainFailure, lifecycleKind } from "../failure";
import { interruptible } from "../interrupts";
import type { StackFlags } from "../lifecycleCommands";
import { EventPrinter, printChanges, printJson, printOutputs } from "../output/lifecycle";
import type { CommandContext } from "../run";
import { operationOptions, stackOptions } from "../stackOptions";

type Policies = Required<PolicyOptions>;

interface Confirmed {
  readonly yesProduction?: boolean;
}

export interface PreviewFlags extends StackFlags, Policies {
  readonly savePlan?: string;
  readonly create?: boolean;
}

/** Prints what an `up` would do; a failing policy makes it fail. */
export async function preview(flags: PreviewFlags, context: CommandContext): Promise<void> {
  const savePlan = flags.savePlan === undefined ? {} : { savePlan: resolve(context.directory, flags.savePlan) };
  const result = await run("preview", flags, context, (stack, options) =>
    stack.preview({ ...options, ...savePlan, policies: flags.policies }),
  );
  const { out } = context.terminal;
  if (!flags.json) {
    printChanges(result, out);
    for (const { rule, urn, message } of result.violations) {
      out.write(`${out.colors.red("violation")} ${rule} ${urn.slice(urn.lastIndexOf("::") + 2)}: ${message}\n`);
    }
    if (flags.savePlan !== undefined) {
      out.write(`Plan file  ${flags.savePlan}\n`);
    }
  }
  if (result.violations.length > 0) {
    context.exitCode = EXIT.failed;
  }
}

export interface UpFlags extends StackFlags, Policies, Confirmed {
  readonly plan?: string;
  readonly create?: boolean;
  readonly base?: string;
  readonly ttl?: string;
  readonly continueOnError?: boolean;
}

/** Makes a stack what its settings say, and prints its outputs. */
export async function up(flags: UpFlags, context: CommandContext): Promise<void> {
  const { plan, policies, continueOnError, yesProduction } = flags;
  // Wrong flags are answered before anything is asked of a backend.
  const request = ephemeral(flags, context);
  let environment: Environment | undefined;
  const result = await run(
    "up",
    flags,
    context,
    (stack, options) =>
      stack.up({
        ...options,
        policies,
        continueOnError,
        yesProduction,
        ...(plan === undefined ? {} : { plan: resolve(context.directory, plan) }),
      }),
    request === undefined
      ? undefined
      : async (limits) => {
          environment = await withLimits(request.name, limits, () => openEnvironment(request));
          return environment.handle;
        },
  );
  if (!flags.json) {
    printChanges(result, context.terminal.out);
    printOutputs(result.outputs, context.terminal.out);
    if (environment !== undefined) {
      context.terminal.out.write(`Lives until ${environment.expiresAt.toISOString()}\n`);
    }
  }
}

/** The environment `--base` and `--ttl` ask for; none without either. */
function ephemeral(flags: UpFlags, context: CommandContext): EnvironmentOptions | undefined {
  const { base, ttl, stack, set } = flags;
  if (base === undefined && ttl === undefined) {
    return undefined;
  }
  if (base === undefined || ttl === undefined) {
    throw new InputError([
      {
        path: base === undefined ? "--base" : "--ttl",
        found: show(undefined),
        allowed:
          "--base and --ttl together: whose settings an ephemeral environment starts from, and how long it lives",
        fix: `add ${base === undefined ? "--base STACK" : "--ttl 8h"}`,
      },
    ]);
  }
  const { stack: _stack, selection: _selection, create: _create, ...rest } = stackOptions(flags, context);
  const timeToLiveMs = parseDuration(ttl, "--ttl");
  return { ...rest, name: stack, base, overrides: { set }, timeToLiveMs };
}

/** Makes a stack's state what the clouds say. */
export async function refresh(
  flags: StackFlags & Confirmed & { readonly clearPendingCreates?: boolean },
  context: CommandContext,
): Promise<void> {
  const { yesProduction, clearPendingCreates } = flags;
  const result = await run("refresh", flags, context, (stack, options) =>
    stack.refresh({ ...options, yesProduction, clearPendingCreates }),
  );
  printUnlessJson(result, flags, context);
}

/** Deletes what a stack made. */
export async function destroy(
  flags: StackFlags & Confirmed & { readonly remove?: boolean; readonly continueOnError?: boolean },
  context: CommandContext,
): Promise<void> {
  const { yesProduction, remove, continueOnError } = flags;
  const result = await run("destroy", flags, context, (stack, options) =>
    stack.destroy({ ...options, yesProduction, remove, continueOnError }),
  );
  printUnlessJson(result, flags, context);
}

/** Prints what differs between state and clouds; a difference makes it fail. */
export async function drift(flags: StackFlags, context: CommandContext): Promise<void> {
  const result = await run("drift", flags, context, (stack, options) => stack.drift(options));
  printUnlessJson(result, flags, context);
  if (result.drifted) {
    context.exitCode = EXIT.failed;
  }
}

function printUnlessJson(result: ChangeResult, flags: StackFlags, context: CommandContext): void {
  if (!flags.json) {
    printChanges(result, context.terminal.out);
  }
}

/** Runs one operation on one stack with its events shown, until it ends or is interrupted. */
async function run<T extends ChangeResult>(
  command: string,
  flags: StackFlags & { readonly create?: boolean },
  context: CommandContext,
  start: (stack: StackHandle, options: ReturnType<typeof operationOptions>) => Operation<T>,
  open?: (limits: ReturnType<typeof operationOptions>) => Promise<StackHandle>,
): Promise<T> {
  const { out, err } = context.terminal;
  const json = flags.json === true;
  const printer = new EventPrinter(context.terminal, json);
  let stack: StackHandle | undefined;
  try {
    const result = await interruptible(err, async (signal) => {
      const options = operationOptions(flags, signal);
      stack = open === undefined ? openStack(stackOptions(flags, context)) : await open(options);
      const operation = start(stack, options);
      for await (const event of operation) {
        printer.show(event);
      }
      return operation.result;
    });
    printer.done(`${command} of ${flags.stack}`);
    if (json) {
      printJson(out, { type: "result", command, stack: flags.stack, ...result });
    }
    return result;
  } catch (error) {
    printer.clear();
    if (json) {
      const { message, exitCode } = explainFailure(error);
      printJson(out, {
        type: "error",
        command,
        stack: flags.stack,
        kind: lifecycleKind(error) ?? "wrong-input",
        message,
        exitCode,
      });
    }
    throw error;
  } finally {
    await stack?.close();
  }
}
