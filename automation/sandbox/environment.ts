import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readFaults } from "./faults";

/** The providers the sandbox stands in for. */
export const SANDBOX_PACKAGES = ["aws", "gcp", "kubernetes", "random"] as const;

export interface SandboxRequest {
  /** Where the pretended cloud, the stacks' state and the CLI's own files are kept. Made where it is not there. */
  readonly directory: string;
  /** File of faults. @default none */
  readonly faults?: string;
  /** Environment to add to: a passphrase it has stays. @default the process's */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Variables by name, for a process that shall use the sandbox. */
export type SandboxEnvironment = Readonly<Record<string, string>>;

/**
 * Makes a sandbox ready and returns the variables that make the Pulumi CLI use it: a home of its own, in which stand-ins
 * are installed as the providers, and a backend of local files. No login, plugin or credential of the user's is touched.
 * Throws an InputError with every problem of the faults.
 */
export function prepareSandbox(request: SandboxRequest): SandboxEnvironment {
  const directory = resolve(request.directory);
  const environment = request.environment ?? process.env;
  const faults = request.faults === undefined ? undefined : resolve(request.faults);
  if (faults !== undefined) {
    readFaults(faults);
  }
  const state = join(directory, "state");
  const home = join(directory, "home");
  mkdirSync(state, { recursive: true });
  for (const name of SANDBOX_PACKAGES) {
    installPlugin(home, name);
  }
  const passphrase = readKey(directory);
  return {
    PULUMI_HOME: home,
    // A real provider that happens to be on the PATH would come before the stand-in.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_BACKEND_URL: `file://${state}`,
    ...(environment.PULUMI_CONFIG_PASSPHRASE_FILE === undefined
      ? { PULUMI_CONFIG_PASSPHRASE: environment.PULUMI_CONFIG_PASSPHRASE ?? passphrase }
      : {}),
    // A provider that is not simulated is an error here, never a download, and never a real cloud.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    GROUNDPLAN_SANDBOX: directory,
    GROUNDPLAN_SANDBOX_RUN: randomBytes(6).toString("hex"),
    GROUNDPLAN_SANDBOX_FAULTS: faults ?? "",
  };
}

/** The key that secrets are kept under; made with the sandbox. */
export function readKey(directory: string): string {
  const file = join(directory, "key");
  try {
    // Whoever comes second uses the key of whoever came first.
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
  }
  return readFileSync(file, "utf8");
}

/** Installs a stand-in under the version that the SDK's resources ask for. */
function installPlugin(home: string, packageName: string): void {
  const directory = join(home, "plugins", `resource-${packageName}-v${sdkVersion(packageName)}`);
  const file = join(directory, `pulumi-resource-${packageName}`);
  const plugin = join(__dirname, "plugin.cjs");
  mkdirSync(directory, { recursive: true });
  // Another process may be starting the one that is there: it is replaced whole.
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(plugin)} ${packageName} "$@"\n`);
  chmodSync(temporary, 0o755);
  renameSync(temporary, file);
}

/** Version of a provider's SDK, without the `v`. */
export function sdkVersion(packageName: string): string {
  const { version } = require(`@pulumi/${packageName}/package.json`) as { version: string };
  return version.replace(/^v/, "");
}

/** A text as one word of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
