import type { RecordedResource } from "./goal";
import type { PolicyReport } from "./plan";
import type { PolicyRequest } from "./policyReport";

/** A pack's analyzer server, started. */
export interface AnalyzerPack {
  /** Configures the server, and asks it about every resource and about the stack; one call at a time. */
  readonly analyze: (resources: readonly RecordedResource[], request: PolicyRequest) => Promise<PolicyReport>;
  readonly close: () => Promise<void>;
}

/**
 * Starts a pack through its own analyzer server, as the real engine does. `directory` holds the pack's
 * PulumiPolicy.yaml, package.json and entry.
 */
export async function startPack(directory: string): Promise<AnalyzerPack> {
  // gRPC and its messages take longer to load than most packs take to run.
  const { startServer } = require("./analyzerClient") as typeof import("./analyzerClient");
  return startServer(directory);
}

/** Evaluates a pack through its own analyzer server, and reports in the same form as `evaluatePacks`. */
export async function analyzePack(
  directory: string,
  resources: readonly RecordedResource[],
  request: PolicyRequest,
): Promise<PolicyReport> {
  const pack = await startPack(directory);
  try {
    return await pack.analyze(resources, request);
  } finally {
    await pack.close();
  }
}
