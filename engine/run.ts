import { Diagnostics } from "./diagnostics";
import { EngineError, Failures } from "./failures";
import { Monitor } from "./monitor";
import type { Program, RunRequest, RunResult } from "./request";
import { builtInInvokes, simulate } from "./simulators";
import { TransformRunner } from "./transforms";

/** How long a run may take unless the request says otherwise. */
const TIMEOUT_SECONDS = 60;

/**
 * Environment variable set for a program while this engine runs it. In `simulate` mode the SDK tells a program that this is
 * no preview, so that it does all of its work; what belongs to a real update alone, it asks this for.
 */
export const OFFLINE_VARIABLE = "GROUNDPLAN_OFFLINE";

let running: string | undefined;

/**
 * Runs a program against the offline engine and returns everything it registered. Throws an EngineError with all that
 * went wrong, or the program's own InputError as it is.
 */
export async function runProgram(request: RunRequest): Promise<RunResult> {
  const failures = new Failures();
  const diagnostics = new Diagnostics();
  const transforms = new TransformRunner();
  const monitor = new Monitor({
    project: request.project,
    stack: request.stack,
    organization: request.organization ?? "organization",
    mode: request.mode,
    config: request.config,
    secretKeys: request.secretKeys,
    invokes: [request.invokes ?? {}, builtInInvokes],
    simulate: (context) => simulate(context, request.simulators),
    stackReferences: request.stackReferences ?? {},
    transforms,
    failures,
    onResource: (resources, urn) => request.onProgress?.({ resources, urn }),
  });
  const timeoutSeconds = request.timeoutSeconds ?? TIMEOUT_SECONDS;
  const run = {
    monitor,
    failures,
    diagnostics,
    directory: request.directory,
    config: request.config,
    secretKeys: request.secretKeys,
    timeoutSeconds,
  };
  try {
    const { program } = request;
    if (typeof program === "function") {
      const sourceOf = await exclusively(`${request.project}/${request.stack}`, () =>
        runHere(run, program, request.transport ?? "direct"),
      );
      return result(request, monitor, diagnostics, sourceOf);
    }
    const { runForeign } = require("./foreign") as typeof import("./foreign");
    await runForeign(run, program.entry);
    failures.throwIfAny();
    return result(request, monitor, diagnostics, () => undefined);
  } finally {
    await transforms.close();
  }
}

async function runHere(
  run: Parameters<typeof import("./inProcess").runInProcess>[0],
  program: Program,
  transport: "direct" | "grpc",
): Promise<RunResult["sourceOf"]> {
  const { runInProcess } = require("./inProcess") as typeof import("./inProcess");
  return runInProcess(run, program, transport);
}

/** The SDK keeps its state in one place per process, so programs in it run one after the other. */
async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (running !== undefined) {
    throw new EngineError([
      {
        kind: "busy",
        message: `a plan of ${running} is running in this process: wait for it, or plan ${name} in a worker or process of its own`,
      },
    ]);
  }
  running = name;
  process.env[OFFLINE_VARIABLE] = "true";
  try {
    return await work();
  } finally {
    running = undefined;
    delete process.env[OFFLINE_VARIABLE];
  }
}

function result(
  request: RunRequest,
  monitor: Monitor,
  diagnostics: Diagnostics,
  sourceOf: RunResult["sourceOf"],
): RunResult {
  return {
    project: request.project,
    stack: request.stack,
    organization: monitor.settings.organization,
    mode: request.mode,
    config: request.config,
    secretKeys: request.secretKeys,
    resources: [...monitor.resources.values()],
    asked: monitor.asked,
    outputs: monitor.stackOutputs,
    diagnostics: diagnostics.list,
    sourceOf,
  };
}
