import { spawn } from "node:child_process";
import { constants } from "node:os";
import { resolve } from "node:path";
import { cliOnPath } from "../../automation/lifecycle/cli";
import { prepareSandbox, quote } from "../../automation/sandbox/environment";
import { InputError } from "../../components/errors";
import type { CommandContext } from "../run";

export interface SandboxOptions {
  readonly dir: string;
  readonly faults?: string;
}

/**
 * Makes a sandbox ready. Without a command it prints the variables to set, for `eval "$(groundplan sandbox)"`; with one
 * it runs the command with them and ends as the command did.
 */
export async function sandbox(
  command: readonly string[],
  options: SandboxOptions,
  context: CommandContext,
): Promise<void> {
  const environment = prepareSandbox({
    directory: resolve(context.directory, options.dir),
    ...(options.faults === undefined ? {} : { faults: resolve(context.directory, options.faults) }),
  });
  const [program, ...args] = command;
  if (program === undefined) {
    for (const [name, value] of Object.entries(environment)) {
      context.terminal.out.write(`export ${name}=${quote(value)}\n`);
    }
    return;
  }
  // Below npm, the script that downloads the CLI stands before it on the PATH.
  const executable = (program === "pulumi" ? cliOnPath() : undefined) ?? program;
  context.exitCode = await run(executable, args, { ...process.env, ...environment }, context.directory);
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env, cwd, stdio: "inherit" });
    // A terminal sends its signals to the command too, which decides what they mean.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    child.on("error", (error: NodeJS.ErrnoException) => fail(error.code === "ENOENT" ? noSuchCommand(program) : error));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function noSuchCommand(program: string): InputError {
  return new InputError([
    {
      path: "command",
      found: program,
      allowed: "a program on the PATH",
      fix:
        program === "pulumi"
          ? "install the Pulumi CLI (https://www.pulumi.com/docs/install/); plan and check work without it"
          : "correct its name, or install it",
    },
  ]);
}
