import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** PostgreSQL refuses to run as root: a machine's tests may. */
const USER_ID = 65_534;

/** Where Debian keeps the server's programs; elsewhere they are on the path. */
export function serverPath(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(root, version, "bin")), process.env.PATH ?? ""].join(":");
}

/** Those of the programs that the machine has not. */
export function missingPrograms(programs: readonly string[]): readonly string[] {
  return programs.filter(
    (program) => spawnSync("sh", ["-c", `command -v ${program}`], { env: { PATH: serverPath() } }).status !== 0,
  );
}

/** Gives a directory to the user the server runs as. */
export function giveToServer(directory: string): void {
  if (process.getuid?.() === 0) {
    execFileSync("chown", ["-R", `${USER_ID}:${USER_ID}`, directory]);
  }
}

/** What `spawnSync` takes to run a program as that user, in its directory and in no environment but the one given. */
export function asServer(
  directory: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): [string, string[], { env: Record<string, string>; encoding: "utf8"; cwd: string }] {
  const user = ["--reuid", String(USER_ID), "--regid", String(USER_ID), "--clear-groups", "--", program];
  const own = process.getuid?.() === 0;
  return [
    own ? "setpriv" : program,
    own ? [...user, ...args] : [...args],
    { env: { HOME: directory, ...env }, encoding: "utf8", cwd: directory },
  ];
}

/** Runs it, and gives back what it prints; it throws what went wrong. */
export function runAsServer(...command: Parameters<typeof asServer>): string {
  const result = spawnSync(...asServer(...command));
  if (result.status !== 0) {
    throw new Error(`${command[1]} exits ${result.status}: ${result.stderr}`);
  }
  return result.stdout;
}
