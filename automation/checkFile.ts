import { readFile } from "node:fs/promises";
import { InputError, show } from "../components/errors";
import { type Plan, resourcesFromPlan } from "../engine";
import { resourcesFromState } from "../engine/stateFile";
import { judgeResources } from "./policies";

export interface CheckFileRequest {
  /** Names of the policy packs to run. @default all */
  readonly packs?: readonly string[];
  /** Day on which exemptions are judged, YYYY-MM-DD. @default today */
  readonly today?: string;
}

/**
 * Runs policy packs on a plan file, or on a state exported by `pulumi stack export`. A plan brings its environment; a
 * state is judged as production, the strictest.
 */
export async function checkPlanFile(
  path: string,
  request: CheckFileRequest,
): Promise<Pick<Plan, "policies" | "stack">> {
  const content = parseJson(await readFile(path, "utf8"), path);
  if (isRecord(content.deployment) && Array.isArray(content.deployment.resources)) {
    const resources = resourcesFromState(content.deployment.resources);
    return {
      stack: stackOf(resources[0]?.urn),
      policies: await judgeResources(resources, { ...request, mode: "simulate" }),
    };
  }
  if (content.version !== 1 || !Array.isArray(content.resources)) {
    throw new InputError([
      {
        path,
        found: show(content.version === undefined ? Object.keys(content).slice(0, 5) : { version: content.version }),
        allowed: "a plan file of version 1, or the output of pulumi stack export",
        fix: "write one with: groundplan plan --json FILE",
      },
    ]);
  }
  const plan = content as unknown as Plan;
  // Exemptions were settled when the plan was made; the rows it lists as exempt still are.
  const exempt = new Set(
    plan.policies.results.filter((result) => result.status === "exempt").map(({ rule, urn }) => `${rule} ${urn}`),
  );
  const report = await judgeResources(resourcesFromPlan(plan), {
    ...request,
    mode: plan.mode,
    environment: plan.environment as "dev" | "staging" | "production",
    model: plan.model,
  });
  const results = report.results.map((result) =>
    exempt.has(`${result.rule} ${result.urn}`) ? { ...result, status: "exempt" as const } : result,
  );
  return { stack: plan.stack, policies: { ...report, results } };
}

function parseJson(text: string, path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError([
      {
        path,
        found: error instanceof Error ? error.message : String(error),
        allowed: "JSON",
        fix: "write the file again with: groundplan plan --json FILE",
      },
    ]);
  }
  return isRecord(content) ? content : {};
}

function stackOf(urn: string | undefined): string {
  return urn?.split("::")[0]?.split(":").at(-1) ?? "unknown";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
