import { CommanderError } from "commander";
import { buildCommand } from "./command";
import { EXIT } from "./exitCodes";
import { explainFailure } from "./failure";
import type { Terminal } from "./terminal";

/** What commands share: where they write and where they run. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The project's root: stack files and relative paths start here. */
  readonly directory: string;
  /** Exit code of the command; the last one set holds. */
  exitCode: number;
}

/** Runs one command line and returns its exit code. Never throws, never prints a stack trace. */
export async function runCommand(args: readonly string[], terminal: Terminal, directory: string): Promise<number> {
  const context: CommandContext = { terminal, directory, exitCode: EXIT.clean };
  try {
    const command = buildCommand(context);
    // Listed with the commands for every run; built, by walking all of them, for its own alone.
    if (args[0] !== "complete") {
      command
        .command("complete")
        .description("print a completion script: complete bash|zsh|fish|powershell")
        .argument("[shell]");
    } else {
      const { default: completion } = await import("@bomb.sh/tab/commander");
      completion(command);
    }
    await command.parseAsync(args, { from: "user" });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message or the help already.
      return error.exitCode === 0 ? EXIT.clean : EXIT.wrongInput;
    }
    const { message, exitCode } = explainFailure(error);
    terminal.err.write(`${terminal.err.colors.red("error")} ${message}\n`);
    return exitCode;
  }
}
