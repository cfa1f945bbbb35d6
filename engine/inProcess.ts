import { Constructions, sourceOf, userFrame } from "./construction";
import type { Diagnostics } from "./diagnostics";
import type { Failure, Failures } from "./failures";
import type { Monitor } from "./monitor";
import { OutputTrail } from "./outputTrail";
import type { Program, RunResult } from "./request";
import { openSdk, type SdkSession } from "./sdk";
import { explainStuck } from "./stuck";
import { turn, Watchdog } from "./watchdog";

/** One run's state. */
export interface Run {
  readonly monitor: Monitor;
  readonly failures: Failures;
  readonly diagnostics: Diagnostics;
  readonly directory?: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly timeoutSeconds: number;
}

/** How long what a finished program left running may keep a run. */
const DRAIN_MS = 2000;

/** Runs a program in this process. Gives back where its resources were made. */
export async function runInProcess(
  run: Run,
  program: Program,
  transport: "direct" | "grpc",
): Promise<RunResult["sourceOf"]> {
  const { monitor, failures } = run;
  const { project, stack } = monitor.settings;
  const constructions = new Constructions(project, stack);
  const trail = new OutputTrail();
  const session = openSdk({ ...run, constructions, callSites: monitor.callSites });
  const report = (error: unknown) => failures.addError(error, (it) => describe(it, session, constructions));
  const unwatch = trail.watch();
  const release = catchProcessErrors(report);
  let closeTransport = async () => {};
  try {
    const ports: number[] = [];
    if (transport === "grpc") {
      const { attachGrpc } = require("./grpcTransport") as typeof import("./grpcTransport");
      const server = await attachGrpc(monitor, run.diagnostics);
      closeTransport = server.close;
      ports.push(server.port);
    } else {
      const { attachDirect } = require("./directTransport") as typeof import("./directTransport");
      attachDirect(monitor);
    }
    // Whoever called may still set a timer of its own in this turn: it is not the program's.
    await turn();
    const watchdog = new Watchdog({
      activity: () => monitor.activity,
      inFlight: () => monitor.inFlight,
      ownPorts: () => [...ports, ...monitor.settings.transforms.ports],
    });
    const started = performance.now();
    const deadline = started + run.timeoutSeconds * 1000;
    const work = session.run(async () => (await program()) ?? undefined, report).catch(report);
    const ending = await watchdog.wait(work, deadline, () => failures.size > 0);
    if (ending === "settled") {
      await watchdog.drain(Math.min(deadline, performance.now() + DRAIN_MS));
    } else if (failures.size === 0) {
      await explainEnding(ending, run, constructions, trail);
    }
    failures.locate((urn) => constructions.sourceOf(urn));
    failures.throwIfAny();
    return (urn) => constructions.sourceOf(urn);
  } finally {
    unwatch();
    session.close();
    await closeTransport();
    // Closing may reject what a program that never ended still had open.
    await turn();
    await turn();
    release();
  }
}

async function explainEnding(
  ending: "quiet" | "timeout",
  run: Run,
  constructions: Constructions,
  trail: OutputTrail,
): Promise<void> {
  const { lastUrn } = run.monitor;
  if (ending === "timeout") {
    run.failures.add({
      kind: "timeout",
      message: `the program did not end within ${run.timeoutSeconds} s; it still waits for a timer, a file or the network`,
      ...(lastUrn === undefined ? {} : { urn: lastUrn }),
    });
  }
  for (const failure of await explainStuck(constructions, trail, lastUrn)) {
    run.failures.add(failure);
  }
}

/** Rejections nobody handles are the program's while it runs; whoever listened before hears nothing of them. */
function catchProcessErrors(report: (error: unknown) => void): () => void {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  const earlier = events.map((event) => process.listeners(event as "uncaughtException"));
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, report);
  }
  return () => {
    for (const [index, event] of events.entries()) {
      process.removeAllListeners(event);
      for (const listener of earlier[index] ?? []) {
        process.on(event, listener);
      }
    }
  };
}

function describe(error: unknown, session: SdkSession, constructions: Constructions): Failure {
  const labels = session.labelsOf(error);
  const constructed = (labels.length > 0 ? labels : labelIn(error)).map((label) => constructions.findByLabel(label));
  const urns = [
    ...new Set(constructed.flatMap((item) => (item === undefined ? [] : [constructions.urnOf(item.resource)]))),
  ];
  const [urn, ...affected] = urns;
  const made = constructed[0] === undefined ? undefined : sourceOf(constructed[0]);
  const thrown = error instanceof Error ? userFrame(error.stack) : undefined;
  // An error of the SDK's own about a resource carries the stack of its registration, not of a mistake.
  const ofRegistration = error instanceof Error && /^failed to (register|read)/.test(error.message);
  const source = ofRegistration ? (made ?? thrown) : (thrown ?? made);
  return {
    kind: urn === undefined ? "program" : "rejection",
    message:
      error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : String(error),
    ...(urn === undefined ? {} : { urn }),
    ...(source === undefined ? {} : { source }),
    ...(affected.length > 0 ? { affected } : {}),
    cause: error,
  };
}

/** The SDK's own error about a resource may come before it says which registration it ended. */
function labelIn(error: unknown): readonly string[] {
  const text = error instanceof Error ? error.message : "";
  const [, name, type] = /^failed to (?:register new|read) resource (?:#\S+ ')?(.*?)'? \[(.*?)\]:/.exec(text) ?? [];
  return name === undefined ? [] : [`resource:${name}[${type}]`];
}
