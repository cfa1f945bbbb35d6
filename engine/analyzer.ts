import type { RecordedResource } from "./goal";
import type { PolicyReport } from "./plan";
import type { PolicyRequest } from "./policyReport";

/**
 * Evaluates a pack through its own analyzer server, as the real engine does, and reports in the same form as
 * `evaluatePacks`. `directory` holds the pack's PulumiPolicy.yaml, package.json and entry.
 */
export async function analyzePack(
  directory: string,
  resources: readonly RecordedResource[],
  request: PolicyRequest,
): Promise<PolicyReport> {
  // gRPC and its messages take longer to load than most packs take to run.
  const { analyzeThroughServer } = require("./analyzerClient") as typeof import("./analyzerClient");
  return analyzeThroughServer(directory, resources, request);
}
