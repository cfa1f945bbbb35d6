import { type ChildProcess, spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
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
    if (run.failures.size === 0 && (ended.code !== 0 || ended.timedOut)) {
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
      ...loader,
      require.resolve("@pulumi/pulumi/cmd/run"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(mode === "preview" ? ["--dry-run"] : []),
      entry,
    ],
    {
      env: {
        ...process.env,
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
      run.failures.addError(message, () => ({
        kind: "foreign-program",
        message,
        ...(urn === undefined ? {} : { urn }),
        ...(source === undefined ? {} : { source }),
      }));
    }
  }
}

function failureOf(ended: Ended, run: Run, entry: string): Failure {
  const { lastUrn } = run.monitor;
  const place = lastUrn === undefined ? {} : { urn: lastUrn };
  if (ended.timedOut) {
    return { kind: "timeout", message: `the program ${entry} did not end within ${run.timeoutSeconds} s`, ...place };
  }
  if (ended.errors.includes("promises were still active") || ended.errors.includes("promise was still active")) {
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
