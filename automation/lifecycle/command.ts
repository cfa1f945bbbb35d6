import { type ChildProcess, spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import type { Cli } from "./cli";

/** How a run of the CLI ended other than well. Callers turn it into an error with a name. */
export class CommandFailure extends Error {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Whether it had to be made to end: its state may miss what was going on. */
  readonly forced: boolean;

  constructor(args: readonly string[], stdout: string, stderr: string, code: number | null, forced = false) {
    super(`pulumi ${args[0] ?? ""} ended with ${code ?? "a signal"}`);
    this.name = "CommandFailure";
    this.args = args;
    this.stdout = stdout;
    this.stderr = stderr;
    this.code = code;
    this.forced = forced;
  }
}

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Given to the process on its standard input: secrets never stand in arguments, which every user can list. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds a cancelled engine may take to end by itself. @default 60 000 */
  readonly graceMs?: number;
}

const GRACE_MS = 60_000;
/** Between the second, urgent interrupt and the end of all patience. */
const KILL_AFTER_MS = 10_000;

/** Runs the CLI once. Rejects with a {@link CommandFailure} where it ends badly. */
export function runCli(cli: Cli, args: readonly string[], options: RunOptions): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(cli.path, [...args], {
      cwd: options.cwd,
      env: environment(cli, options.env),
      // A group of its own: Ctrl-C reaches this process alone, which then asks the engine to end, once and in order.
      detached: process.platform !== "win32",
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const written = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        written[name] += chunk;
      });
    }
    let forced = false;
    const stop = onAbort(options.signal, () =>
      endInOrder(child, options.graceMs ?? GRACE_MS, () => {
        forced = true;
      }),
    );
    child.on("error", (error) => {
      stop();
      reject(new CommandFailure(args, written.stdout, `error: ${error.message}`, null));
    });
    child.on("close", (code) => {
      stop();
      if (code === 0) {
        resolve({ ...written, code });
      } else {
        reject(new CommandFailure(args, written.stdout, written.stderr, code, forced || code === null));
      }
    });
    if (options.input !== undefined) {
      // The process may end without reading it; its exit code then says why.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(options.input);
    }
  });
}

function environment(cli: Cli, env: RunOptions["env"]): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...env };
  // Set while the offline engine runs a program in this process, which another stack's may do at this moment.
  delete merged.GROUNDPLAN_OFFLINE;
  // The language hosts stand beside the CLI they belong to.
  merged.PATH = [dirname(cli.path), merged.PATH ?? ""].join(delimiter);
  return { ...merged, PULUMI_AUTOMATION_API: "true", PULUMI_SKIP_UPDATE_CHECK: "true" };
}

/** Calls `listener` when the signal aborts, at once if it has; returns what takes the listener off again. */
function onAbort(signal: AbortSignal | undefined, listener: () => () => void): () => void {
  let undo: () => void = () => undefined;
  const abort = () => {
    undo = listener();
  };
  if (signal?.aborted) {
    abort();
  } else {
    signal?.addEventListener("abort", abort, { once: true });
  }
  return () => {
    signal?.removeEventListener("abort", abort);
    undo();
  };
}

/** One interrupt lets the engine finish what it began and write its state; a second one makes it drop that. */
function endInOrder(child: ChildProcess, graceMs: number, onForce: () => void): () => void {
  child.kill("SIGINT");
  const timers = [
    setTimeout(() => {
      onForce();
      child.kill("SIGINT");
    }, graceMs),
    setTimeout(() => child.kill("SIGKILL"), graceMs + KILL_AFTER_MS),
  ];
  return () => timers.forEach(clearTimeout);
}

/** The CLI in the form the Automation API takes one. */
export function asPulumiCommand(cli: Cli, defaults: { readonly graceMs?: number }): PulumiCommand {
  const command = {
    command: cli.path,
    version: cli.version,
    run: (
      args: readonly string[],
      cwd: string,
      env: Readonly<Record<string, string>>,
      _onOutput: unknown,
      _onError: unknown,
      signal?: AbortSignal,
    ) => runCli(cli, automationArgs(args), { cwd, env, signal, graceMs: defaults.graceMs }),
  };
  // The class hides its constructor, and runs the CLI in a way that lets Ctrl-C reach it twice.
  return command as unknown as PulumiCommand;
}

/** Selecting a stack writes to the user's own Pulumi settings; what is wanted is to know that it is there. */
function automationArgs(args: readonly string[]): readonly string[] {
  const [first, second, ...rest] = args;
  const common = args.includes("--non-interactive") ? [] : ["--non-interactive"];
  if (first === "stack" && second === "select") {
    return ["stack", "--show-name", ...rest, ...common];
  }
  if (first === "stack" && second === "init") {
    return [...args, "--no-select", ...common];
  }
  if (first === "up" && args.includes("--plan")) {
    // Without its preview the engine compares with the plan only as it gets to each resource, half-way through.
    return [...args.filter((arg) => arg !== "--skip-preview"), ...common];
  }
  return [...args, ...common];
}
