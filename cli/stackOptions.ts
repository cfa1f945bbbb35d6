import { join, resolve } from "node:path";
import {
  type Backend,
  parseBackend,
  parseSecretsProvider,
  type SecretsProvider,
} from "../automation/lifecycle/backend";
import { parseDuration } from "../automation/lifecycle/duration";
import type { OperationOptions } from "../automation/lifecycle/options";
import type { StackOptions } from "../automation/lifecycle/session";
import type { StackFlags, StateOptions } from "./lifecycleCommands";
import type { CommandContext } from "./run";

/** Where the state is and what it is encrypted with, as flags say it. */
export function placeOf(
  flags: StateOptions,
  context: CommandContext,
): Pick<StackOptions, "directory" | "backend" | "secretsProvider" | "env"> {
  const { directory } = context;
  const backend: { backend?: Backend } =
    flags.backend === undefined ? {} : { backend: parseBackend(flags.backend, directory) };
  const provider: SecretsProvider | undefined =
    flags.secretsProvider === undefined ? undefined : parseSecretsProvider(flags.secretsProvider);
  const sandbox = flags.sandbox === undefined || flags.sandbox === false ? {} : { env: sandboxEnv(flags, directory) };
  return { directory, ...backend, ...(provider === undefined ? {} : { secretsProvider: provider }), ...sandbox };
}

function sandboxEnv({ sandbox }: StateOptions, directory: string): Readonly<Record<string, string>> {
  const { prepareSandbox } =
    require("../automation/sandbox/environment") as typeof import("../automation/sandbox/environment");
  const place = typeof sandbox === "string" ? resolve(directory, sandbox) : join(directory, "build", "sandbox");
  return prepareSandbox({ directory: place });
}

/** The stack flags name, with the settings they change. */
export function stackOptions(flags: StackFlags & { readonly create?: boolean }, context: CommandContext): StackOptions {
  return {
    ...placeOf(flags, context),
    stack: flags.stack,
    selection: { set: flags.set },
    secrets: flags.secretEnv,
    create: flags.create === true,
  };
}

/** Limits of an operation, as flags say them. */
export function operationOptions(flags: Partial<StackFlags>, signal: AbortSignal): OperationOptions {
  const { timeLimit, lockTimeout, parallel, unlock, forceUnlock } = flags;
  return {
    signal,
    ...(timeLimit === undefined ? {} : { timeLimitMs: parseDuration(timeLimit, "--time-limit") }),
    ...(lockTimeout === undefined ? {} : { retry: { lockMs: parseDuration(lockTimeout, "--lock-timeout") } }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(forceUnlock ? { unlock: "force" as const } : unlock ? { unlock: "stale" as const } : {}),
  };
}
