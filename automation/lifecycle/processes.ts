import { spawn } from "node:child_process";

/** How another program ended; undefined `code` where it is not on this machine. */
export interface ProgramResult {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs another program, such as a cloud's command line. Replaced in tests. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<ProgramResult>;

const LIMIT_MS = 20_000;

export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
    const written = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      written.stdout += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      written.stderr += String(chunk);
    });
    child.on("error", () => resolve({ code: undefined, ...written }));
    child.on("close", (code) => resolve({ code: code ?? 1, ...written }));
  });

/** The JSON a program printed; undefined where it failed or printed none. */
export function jsonOf({ code, stdout }: ProgramResult): unknown {
  if (code !== 0) {
    return undefined;
  }
  try {
    return stdout.trim() === "" ? {} : (JSON.parse(stdout) as unknown);
  } catch {
    return undefined;
  }
}
