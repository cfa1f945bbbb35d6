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
  /** Milliseconds a question to the backend may take; an engine's run has no bound of its own. @default 120 000 */
  readonly answerMs?: number;
}

const GRACE_MS = 60_000;
/** Between the second, urgent interrupt and the end of all patience. */
const KILL_AFTER_MS = 10_000;
/** A state of thousands of resources is exported within seconds; what takes this long is never answered. */
const ANSWER_MS = 120_000;
/** What only asks has nothing to write down before it ends. */
const QUESTION_GRACE_MS = 2_000;
const QUESTION_KILL_AFTER_MS = 1_000;

/** Commands that run the engine. Any other asks its backend, or tells it, one thing. */
const ENGINE_COMMANDS = new Set(["up", "preview", "refresh", "destroy", "import"]);

/** Runs under way of which nothing is lost when this process ends: they end with it. */
const disposable = new Set<ChildProcess>();
let disposes = false;

function disposeAtExit(child: ChildProcess): void {
  if (!disposes) {
    disposes = true;
    process.on("exit", () => {
      for (const one of disposable) {
        killGroup(one);
      }
    });
  }
  disposable.add(child);
  child.on("close", () => disposable.delete(child));
}

/** Ends a run and what it has started, at once. */
function killGroup(child: ChildProcess): void {
  try {
    if (process.platform === "win32" || child.pid === undefined) {
      child.kill("SIGKILL");
    } else {
      process.kill(-child.pid, "SIGKILL");
    }
  } catch {
    // It has ended by itself.
  }
}

/**
 * Runs the CLI once. Rejects with a {@link CommandFailure} where it ends badly, is told to end, or asks its backend
 * something and gets no answer.
 */
export function runCli(cli: Cli, args: readonly string[], options: RunOptions): Promise<CommandOutput> {
  const engine = ENGINE_COMMANDS.has(args.find((arg) => !arg.startsWith("-")) ?? "");
  const changes = engine && !args.includes("preview") && !args.includes("--preview-only");
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(new CommandFailure(args, "", "error: not begun: the operation has ended", null));
      return;
    }
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
    if (!changes) {
      disposeAtExit(child);
    }
    let forced = false;
    const { graceMs = GRACE_MS, answerMs = ANSWER_MS } = options;
    const end = () =>
      engine
        ? endInOrder(child, graceMs, KILL_AFTER_MS, () => {
            forced = changes;
          })
        : endInOrder(child, Math.min(graceMs, QUESTION_GRACE_MS), QUESTION_KILL_AFTER_MS, () => undefined);
    const stopSignal = onAbort(options.signal, end);
    const stopBound = engine
      ? () => undefined
      : after(answerMs, () => {
          written.stderr += `\nerror: the backend gave no answer within ${answerMs / 1_000} s\n`;
          return end();
        });
    const stop = () => {
      stopSignal();
      stopBound();
    };
    child.on("error", (error) => {
      stop();
      reject(new CommandFailure(args, written.stdout, `error: ${error.message}`, null));
    });
    child.on("close", (code) => {
      stop();
      if (code === 0) {
        resolve({ ...written, code });
      } else {
        reject(new CommandFailure(args, written.stdout, written.stderr, code, changes && (forced || code === null)));
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

/** Calls `listener` when the time is over; returns what stops both. */
function after(milliseconds: number, listener: () => () => void): () => void {
  let undo: () => void = () => undefined;
  const timer = setTimeout(() => {
    undo = listener();
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    undo();
  };
}

/** One interrupt lets the engine finish what it began and write its state; a second one makes it drop that. */
function endInOrder(child: ChildProcess, graceMs: number, killAfterMs: number, onForce: () => void): () => void {
  child.kill("SIGINT");
  const timers = [
    setTimeout(() => {
      onForce();
      child.kill("SIGINT");
    }, graceMs),
    setTimeout(() => killGroup(child), graceMs + killAfterMs),
  ];
  return () => timers.forEach(clearTimeout);
}

/** The CLI in the form the Automation API takes one. */
export function asPulumiCommand(
  cli: Cli,
  defaults: { readonly graceMs?: number; readonly answerMs?: number },
  operation: () => AbortSignal | undefined = () => undefined,
): PulumiCommand {
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
    ) => unasked(args) ?? runCli(cli, automationArgs(args), { cwd, env, signal: signal ?? operation(), ...defaults }),
  };
  // The class hides its constructor, and runs the CLI in a way that lets Ctrl-C reach it twice.
  return command as unknown as PulumiCommand;
}

/**
 * The Automation API follows every run of the engine with questions of its own, secrets in the clear among them: a
 * backend that fails then would make a failure of an update that is done. Nothing here reads those answers.
 */
function unasked([first, second]: readonly string[]): Promise<CommandOutput> | undefined {
  if (first === "stack" && (second === "output" || second === "history")) {
    return Promise.resolve({ stdout: second === "output" ? "{}" : "[]", stderr: "", code: 0 });
  }
  return undefined;
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
