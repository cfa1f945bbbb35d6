import { buildPlan, type Plan, runProgram } from "../engine";
import { parseSettings } from "../stacks/settings";
import { judgeResources, selectPacks } from "./policies";
import { applySelection, type Selection } from "./selection";
import { readStackFile, toPulumiConfig } from "./stackFile";

export interface PlanRequest {
  /** The project's root, where the stack files are. */
  readonly directory: string;
  readonly stack: string;
  /** Changes to the stack's settings for this plan alone. */
  readonly selection?: Selection;
  /** Secret configuration the caller holds in the clear, by full key; it taints what it reaches and is in no plan. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** `preview` leaves computed values unknown; `simulate` fills every one with a well-formed fake. */
  readonly mode: "preview" | "simulate";
  /** Names of the policy packs to run. @default all */
  readonly packs?: readonly string[];
  /** Day on which exemptions are judged, YYYY-MM-DD. @default today */
  readonly today?: string;
  /** @default "direct" */
  readonly transport?: "direct" | "grpc";
  /** Told when a phase begins. */
  readonly onPhase?: (name: string) => void;
  /** Told of every resource registered. */
  readonly onProgress?: (progress: { readonly resources: number; readonly urn: string }) => void;
}

/**
 * Plans a stack with no cloud, credentials or Pulumi CLI, and runs the policy packs on the result. One plan at a time
 * per process. Throws an InputError with every problem of the input, or an EngineError.
 */
export async function planStack(request: PlanRequest): Promise<Plan> {
  selectPacks(request.packs);
  request.onPhase?.(`reading Pulumi.${request.stack}.yaml`);
  const file = await readStackFile(request.directory, request.stack);
  const values = applySelection(file.values, request.selection ?? {});
  const config = toPulumiConfig({ ...values, ...request.secrets });
  const secretKeys = [...new Set([...file.secretKeys, ...Object.keys(request.secrets ?? {})])];
  const settings = await parseSettings(config, { stack: request.stack, directory: request.directory, secretKeys });
  request.onPhase?.(`planning ${settings.system.name}, ${settings.model}, ${settings.environment}`);
  // Loaded only now: wrong settings are answered without waiting for any SDK.
  const program = require("../index") as typeof import("../index");
  const run = await runProgram({
    program,
    project: file.project,
    stack: file.stack,
    config,
    secretKeys,
    mode: request.mode,
    transport: request.transport,
    onProgress: request.onProgress,
  });
  request.onPhase?.("checking policies");
  const policies = await judgeResources(run.resources, {
    mode: request.mode,
    packs: request.packs,
    environment: settings.environment,
    model: settings.model,
    ephemeral: settings.ephemeral,
    exemptions: settings.policyExemptions,
    today: request.today,
  });
  const header = {
    system: settings.system.name,
    environment: settings.environment,
    model: settings.model,
    placements: settings.placements,
  };
  return buildPlan(run, header, policies);
}
