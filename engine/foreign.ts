import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { userFrame } from "./construction";
import type { Failure } from "./failures";
import { serveGrpc } from "./grpcTransport";
import type { Run } from "./inProcess";

/** How much of what a program wrote to keep for a message. */
const TAIL = 4000;

/** Runs a program in a process of its own, the way Pulumi's language host does. */
export async function runForeign(run: Run, entry: string): Promise<void> {
  const server = await serveGrpc(run.monitor, run.diagnostics);
  try {
    const child = start(run, resolve(entry), server.address);
    const ended = await waitFor(child, run.timeoutSeconds);
    reportLogged(run);
    // A process that waits for a promise nothing settles ends with code 0: only what it never registered tells.
    if (run.failures.size === 0 && (ended.code !== 0 || ended.timedOut || !run.monitor.finished)) {
      run.failures.add(failureOf(ended, run, entry));
    }
  } finally {
    await server.close();
  }
}

function start(run: Run, entry: string, address: string): ChildProcess {
  const { project, stack, organization, mode } = run.monitor.settings;
  const loader = /\.[cm]?tsx?$/.test(entry) ? ["--import", pathToFileURL(require.resolve("tsx")).href] : [];
  const directory = dirname(entry);
  const flags = {
    monitor: address,
    engine: address,
    organization,
    project,
    stack,
    pwd: directory,
    "root-directory": directory,
    parallel: "16",
  };
  return spawn(
    process.execPath,
    [
      "--require",
      join(__dirname, "plainErrors.cjs"),
      ...loader,
      require.resolve("@pulumi/pulumi/cmd/run"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(mode === "preview" ? ["--dry-run"] : []),
      entry,
    ],
    {
      env: {
        ...process.env,
        GROUNDPLAN_OFFLINE: "true",
        PULUMI_CONFIG: JSON.stringify(run.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
        PULUMI_NODEJS_TYPESCRIPT: "false",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

interface Ended {
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly errors: string;
}

function waitFor(child: ChildProcess, timeoutSeconds: number): Promise<Ended> {
  return new Promise((done, fail) => {
    let errors = "";
    let timedOut = false;
    child.stdout?.resume();
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-TAIL);
    });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutSeconds * 1000);
    child.on("error", (error) => {
      clearTimeout(timer);
      fail(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, timedOut, errors });
    });
  });
}

/** The SDK in the other process logs what went wrong there. */
function reportLogged(run: Run): void {
  for (const { severity, message, urn } of run.diagnostics.list) {
    if (severity === "error") {
      const source = userFrame(message);
      const told = withoutFrames(message);
      run.failures.addError(told, () => ({
        kind: "foreign-program",
        message: told,
        ...(urn === undefined ? {} : { urn }),
        ...(source === undefined ? {} : { source }),
      }));
    }
  }
}

/** What the SDK logs of an error it did not expect: a sentence that names the program, the error, and its stack. */
function withoutFrames(message: string): string {
  return message
    .replace(/^Running program '.*' failed with an unhandled exception:\n/, "")
    .replace(/\n {4}at (?:.|\n)*$/, "");
}

function failureOf(ended: Ended, run: Run, entry: string): Failure {
  const { lastUrn } = run.monitor;
  const place = lastUrn === undefined ? {} : { urn: lastUrn };
  if (ended.timedOut) {
    return { kind: "timeout", message: `the program ${entry} did not end within ${run.timeoutSeconds} s`, ...place };
  }
  if (ended.code === 0 || /promises? (?:was|were) still active/.test(ended.errors)) {
    return {
      kind: "never-settled",
      message: `the program ${entry} ended while it still waited: a promise that nothing settles, or resources that wait for each other`,
      ...place,
    };
  }
  const source = userFrame(ended.errors);
  return {
    kind: "foreign-program",
    message: `the program ${entry} ended with code ${ended.code ?? "none"}: ${ended.errors.trim()}`,
    ...(source === undefined ? {} : { source }),
  };
}
