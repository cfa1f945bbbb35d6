import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const GRACE_MS = 5_000;
const LOG_TAIL_LINES = 15;

/** Programs that live no longer than this process, in a directory of their own that goes with them. */
export class Processes {
  readonly directory = mkdtempSync(join(tmpdir(), "groundplan-control-plane-"));
  private readonly running = new Map<string, ChildProcess>();
  private readonly onExit = () => this.killNow();
  private readonly onSignal = (signal: NodeJS.Signals) => {
    this.killNow();
    // Whoever else listens decides how this process ends; with nobody there, the signal does what it always does.
    if (process.listenerCount(signal) === 0) {
      process.kill(process.pid, signal);
    }
  };

  constructor() {
    process.once("exit", this.onExit);
    for (const signal of SIGNALS) {
      process.once(signal, this.onSignal);
    }
  }

  /** Starts a program; its output goes to `NAME.log`. It ends by itself when the pipe to its input closes. */
  start(name: string, command: string, args: readonly string[]): void {
    const log = openSync(join(this.directory, `${name}.log`), "a");
    const child = spawn(command, args, { cwd: this.directory, stdio: ["pipe", log, log] });
    closeSync(log);
    // A program that cannot be started has no exit code; `failure` tells of it by the code it then gets.
    child.on("error", () => undefined);
    child.stdin?.on("error", () => undefined);
    child.unref();
    this.running.set(name, child);
  }

  /** Says which program has ended, with the end of its log; undefined while all run. */
  failure(): string | undefined {
    for (const [name, child] of this.running) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
        return `${name} ended with ${child.exitCode ?? child.signalCode ?? "no start"}\n${this.logTail(name)}`;
      }
    }
    return undefined;
  }

  /** The last lines a program wrote. */
  logTail(name: string): string {
    const lines = readFileSync(join(this.directory, `${name}.log`), "utf8")
      .trimEnd()
      .split("\n");
    return lines.slice(-LOG_TAIL_LINES).join("\n");
  }

  /** Ends every program, the last started first, and removes the directory. */
  async stop(): Promise<void> {
    for (const child of [...this.running.values()].reverse()) {
      await end(child);
    }
    this.killNow();
    process.off("exit", this.onExit);
    for (const signal of SIGNALS) {
      process.off(signal, this.onSignal);
    }
  }

  private killNow(): void {
    for (const child of this.running.values()) {
      child.kill("SIGKILL");
    }
    this.running.clear();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.ref();
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}
