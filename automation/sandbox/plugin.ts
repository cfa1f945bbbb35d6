import { connect } from "node:net";
import { join } from "node:path";
import { Counter } from "../../engine/sandbox/counter";
import { type Fault, Faults } from "../../engine/sandbox/faults";
import { SandboxProvider } from "../../engine/sandbox/provider";
import { serveProvider } from "../../engine/sandbox/server";
import { SandboxStore } from "../../engine/sandbox/store";
import { readKey, sdkVersion } from "./environment";
import { replaces } from "./immutable";

/** How long answers that are on their way get before the process dies. */
const FLUSH_MILLISECONDS = 50;

/** How soon to see whether the engine is still there, once its connection has ended. */
const RECONNECT_MILLISECONDS = 20;

/** An engine that ends as it should closes its port first and its plugins, which must wait for that, a moment later. */
const FAREWELL_MILLISECONDS = 10_000;

// The CLI's arguments come after our own: flags, and the address of its engine.
const [packageName = "", ...given] = process.argv.slice(2);
const engineAddress = given.find((argument) => /^[^-].*:\d+$/.test(argument));

async function main(): Promise<void> {
  const directory = process.env.GROUNDPLAN_SANDBOX;
  if (directory === undefined) {
    throw new Error("GROUNDPLAN_SANDBOX is not set: start the CLI through groundplan sandbox");
  }
  const provider = new SandboxProvider({
    package: packageName,
    store: new SandboxStore(directory, readKey(directory)),
    faults: new Faults(faults(), new Counter(join(directory, "faults")), process.env.GROUNDPLAN_SANDBOX_RUN ?? ""),
    replacesOn: replaces,
    die,
    deleteUnreachable: process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true",
  });
  const { port } = await serveProvider(provider, sdkVersion(packageName));
  // The CLI reads the port from the first line, and nothing else may be on it.
  process.stdout.write(`${port}\n`);
  if (engineAddress !== undefined) {
    watchEngine(engineAddress, () => {
      provider.abandon();
      setTimeout(() => process.exit(0), FAREWELL_MILLISECONDS);
    });
  }
}

function faults(): readonly Fault[] {
  const value = process.env.GROUNDPLAN_SANDBOX_FAULTS ?? "";
  // Most runs have no faults: what reads them loads for the others alone.
  return value === "" ? [] : (require("./faults") as typeof import("./faults")).faultsFromEnvironment(value);
}

function die(): Promise<never> {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), FLUSH_MILLISECONDS);
  return new Promise(() => undefined);
}

/** An engine that was killed ends nobody: without it a plugin has no reason to be, and must change nothing more. */
function watchEngine(address: string, onGone: () => void): void {
  const [host = "127.0.0.1", port] = address.split(":");
  const watch = () => {
    let connected = false;
    const socket = connect(Number(port), host, () => {
      connected = true;
    });
    // The engine's server closes connections that never speak; it is gone only where a new one is refused.
    socket.on("error", () => connected || onGone());
    socket.on("close", () => connected && setTimeout(watch, RECONNECT_MILLISECONDS));
    socket.resume();
  };
  watch();
}

// The CLI ends its plugins by an interrupt, and waits some seconds for each that does not heed it.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
