import { spawn } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join, sep } from "node:path";
import { MissingCliError } from "./errors";

/** The Pulumi CLI on this machine. */
export interface Cli {
  /** Absolute path of the executable. */
  readonly path: string;
  readonly version: string;
  /** Whether it was found on the PATH, or is the one the npm package downloads. */
  readonly origin: "path" | "npm";
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The `pulumi` of the PATH; undefined without one. The npm package of that name puts a script on the PATH of every npm
 * run: it is not the CLI, it downloads it.
 */
export function cliOnPath(env: Environment = process.env): string | undefined {
  const names = process.platform === "win32" ? ["pulumi.exe"] : ["pulumi"];
  const directories = (env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  return directories
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .find((file) => isExecutable(file) && !isNpmWrapper(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isNpmWrapper(file: string): boolean {
  return realpathSync(file).endsWith(join(`${sep}node_modules`, "pulumi", "run.js"));
}

/** The CLI of this process, and the PATH it was found on. */
let found: { readonly path: string | undefined; readonly cli: Promise<Cli> } | undefined;

/**
 * Finds the Pulumi CLI: on the PATH, else through the npm package `pulumi`, which downloads it once. Throws a
 * {@link MissingCliError} where there is none and none can be had.
 */
export async function findCli(env: Environment = process.env): Promise<Cli> {
  if (env !== process.env) {
    return search(env);
  }
  if (found === undefined || found.path !== env.PATH) {
    found = { path: env.PATH, cli: search(env) };
  }
  try {
    return await found.cli;
  } catch (error) {
    // The next call looks again: a person may have installed it since.
    found = undefined;
    throw error;
  }
}

async function search(env: Environment): Promise<Cli> {
  const path = cliOnPath(env);
  if (path !== undefined) {
    return { path, version: await versionOf(path, [], env), origin: "path" };
  }
  return fromNpm(env);
}

/** Lets the npm package download the CLI, and uses what it downloaded: the package itself drops signals. */
async function fromNpm(env: Environment): Promise<Cli> {
  const script = npmWrapper();
  if (script === undefined) {
    throw new MissingCliError("there is no pulumi on the PATH, and the npm package pulumi is not installed");
  }
  const version = await versionOf(process.execPath, [script], env);
  const home = env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const path = join(home, "versions", version, "bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");
  if (!isExecutable(path)) {
    throw new MissingCliError(`npx pulumi downloaded nothing to ${path}`);
  }
  return { path, version, origin: "npm" };
}

function npmWrapper(): string | undefined {
  try {
    return createRequire(__filename).resolve("pulumi/run.js");
  } catch {
    return undefined;
  }
}

/** Longest a download may take before it counts as one that never ends. */
const DOWNLOAD_LIMIT_MS = 300_000;

function versionOf(command: string, args: readonly string[], env: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, "version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DOWNLOAD_LIMIT_MS,
    });
    const written = { out: "", err: "" };
    child.stdout.on("data", (chunk) => {
      written.out += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      written.err += String(chunk);
    });
    child.on("error", (error) => reject(new MissingCliError(`${command} cannot be run: ${error.message}`)));
    child.on("close", (code) => {
      const version = /v?(\d+\.\d+\.\d+\S*)\s*$/.exec(written.out)?.[1];
      if (code === 0 && version !== undefined) {
        resolve(version);
        return;
      }
      const reason = written.err.trim().split("\n").at(-1) ?? "";
      reject(
        new MissingCliError(
          args.length > 0
            ? `none is on the PATH, and npx pulumi could not download it (${reason})`
            : `${command} does not tell its version (${reason})`,
        ),
      );
    });
  });
}
