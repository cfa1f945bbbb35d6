import { InputError, type Problem } from "../components/errors";
import { buildPlan, type Plan, type RunResult, runProgram, type StackReferenceTable } from "../engine";
import { partsRead } from "../stacks/parts";
import { parseSettings, rawSettings, type Settings } from "../stacks/settings";
import { type JudgeRequest, judgeResources, selectPacks, unknownRules } from "./policies";
import { applySelection, type Selection } from "./selection";
import { readStackFile, toPulumiConfig } from "./stackFile";

export interface PlanRequest {
  /** The project's root, where the stack files are. */
  readonly directory: string;
  readonly stack: string;
  /** Stack whose file holds the settings. @default the stack itself */
  readonly base?: string;
  /** Changes to the stack's settings for this plan alone. */
  readonly selection?: Selection;
  /** Further configuration in the clear, by full key. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Secret configuration the caller holds in the clear, by full key; it taints what it reaches and is in no plan. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** `preview` leaves computed values unknown; `simulate` fills every one with a well-formed fake. */
  readonly mode: "preview" | "simulate";
  /** Names of the policy packs to run. @default all */
  readonly packs?: readonly string[];
  /** Levels and properties by rule, before all that the stack's settings say of them. */
  readonly rules?: JudgeRequest["rules"];
  /** Day on which exemptions are judged, YYYY-MM-DD. @default today */
  readonly today?: string;
  /** @default "direct" */
  readonly transport?: "direct" | "grpc";
  /** Told when a phase begins. */
  readonly onPhase?: (name: string) => void;
  /** Told of every resource registered. */
  readonly onProgress?: (progress: { readonly resources: number; readonly urn: string }) => void;
  /** Given the run itself, secrets and all, for what a plan does not hold. */
  readonly onRun?: (run: RunResult) => void;
}

/** What a stack's file says, with a selection laid over it. */
export interface ReadStack {
  readonly project: string;
  readonly settings: Settings;
  /** Configuration as the SDK takes it. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Reads a stack's settings without running its program. Throws an InputError with every problem found. */
export async function readStack(
  request: Pick<PlanRequest, "directory" | "stack" | "base" | "selection" | "config" | "secrets">,
): Promise<ReadStack> {
  const { directory, stack, base = stack, secrets = {} } = request;
  const file = await readStackFile(directory, base);
  const values = { ...file.values, ...request.config };
  const config = toPulumiConfig({ ...applySelection(values, request.selection ?? {}), ...secrets });
  const secretKeys = [...new Set([...file.secretKeys, ...Object.keys(secrets)])];
  try {
    const settings = await parseSettings(config, { stack, directory, secretKeys });
    return { project: file.project, settings, config, secretKeys };
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    // What the settings themselves cannot judge is still said in the same run.
    const problems = [...error.problems, ...unknownRules(rawSettings(config).policyExemptions)];
    throw new InputError(problems.map((problem) => fromFlag(problem, request.selection)));
  }
}

/** What other stacks of the system would tell this one: from plans of theirs in the same mode. */
async function askOthers(request: PlanRequest, settings: Settings): Promise<StackReferenceTable> {
  if (partsRead(settings).length === 0 && settings.layerStack === undefined) {
    return {};
  }
  const { planOthers, selectionOfOthers } = require("./otherParts") as typeof import("./otherParts");
  const { directory, mode, transport, onPhase, secrets } = request;
  const common = { directory, selection: selectionOfOthers(request.selection), secrets };
  return planOthers(
    request,
    settings,
    async (stack) => (await readStack({ ...common, stack })).settings,
    async (stack, config) => planStack({ ...common, stack, mode, transport, onPhase, packs: [], config }),
  );
}

/** Says of a problem that a flag brought in that it is the flag's, not the stack file's. */
function fromFlag(problem: Problem, selection: Selection = {}): Problem {
  const path = problem.path.replace(/^groundplan:/, "");
  const named = (["system", "model", "cloud", "environment"] as const).find(
    (name) => selection[name] !== undefined && path === name,
  );
  const set = selection.set?.find(
    (setting) => path === setting.path || path.startsWith(`${setting.path}.`) || path.startsWith(`${setting.path}[`),
  );
  const flag = named === undefined ? set && `--set ${set.path}` : `--${named}`;
  return flag === undefined ? problem : { ...problem, source: flag };
}

/** What a stack's policies are judged under. */
export function judgeSettings(settings: Settings): Omit<JudgeRequest, "mode"> {
  return {
    environment: settings.environment,
    model: settings.model,
    ephemeral: settings.ephemeral,
    exemptions: settings.policyExemptions,
    ...boundariesOf(settings),
  };
}

/** Asked of every role only where every placement on AWS has one: a role does not tell whose it is. */
function boundariesOf({ placements }: Settings): Pick<JudgeRequest, "boundaries"> {
  const own = placements.filter(({ cloud }) => cloud === "aws");
  const boundaries = own.flatMap(({ permissionsBoundary }) => permissionsBoundary ?? []);
  return boundaries.length > 0 && boundaries.length === own.length ? { boundaries: [...new Set(boundaries)] } : {};
}

/**
 * Plans a stack with no cloud, credentials or Pulumi CLI, and runs the policy packs on the result. One plan at a time
 * per process. Throws an InputError with every problem of the input, or an EngineError.
 */
export async function planStack(request: PlanRequest): Promise<Plan> {
  const { stack, mode, packs, rules, today } = request;
  selectPacks(packs);
  request.onPhase?.(`reading Pulumi.${request.base ?? stack}.yaml`);
  const { project, settings, config, secretKeys } = await readStack(request);
  request.onPhase?.(`planning ${settings.system.name}, ${settings.model}, ${settings.environment}`);
  // Loaded only now: wrong settings are answered without waiting for any SDK.
  const program = require("../index") as typeof import("../index");
  const stackReferences = await askOthers(request, settings);
  const { transport, onProgress } = request;
  const run = await runProgram({
    program,
    directory: request.directory,
    project,
    stack,
    config,
    secretKeys,
    mode,
    transport,
    onProgress,
    stackReferences,
  });
  request.onRun?.(run);
  request.onPhase?.("checking policies");
  const policies = await judgeResources(run.resources, { ...judgeSettings(settings), mode, packs, rules, today });
  const header = {
    system: settings.system.name,
    environment: settings.environment,
    model: settings.model,
    placements: settings.placements,
  };
  return buildPlan(run, header, policies);
}
