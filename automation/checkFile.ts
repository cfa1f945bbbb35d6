import { readFile } from "node:fs/promises";
import type { PolicyPackConfig } from "@pulumi/policy";
import { parse } from "yaml";
import { InputError, show } from "../components/errors";
import { didYouMean } from "../components/validation/suggestions";
import { type Plan, resourcesFromPlan } from "../engine";
import { resourcesFromState } from "../engine/stateFile";
import { ENVIRONMENTS } from "../systems/spec";
import { planFromText } from "./planFile";
import { judgeResources } from "./policies";

export interface CheckFileRequest {
  /** Names of the policy packs to run. @default all */
  readonly packs?: readonly string[];
  /** Levels and properties by rule; see {@link readRules}. */
  readonly rules?: PolicyPackConfig;
  /** @default what the plan says; for a state production, the strictest */
  readonly environment?: "dev" | "staging" | "production";
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
  const { environment } = request;
  if (environment !== undefined && !ENVIRONMENTS.includes(environment)) {
    throw new InputError([
      {
        path: "--environment",
        found: show(environment),
        allowed: ENVIRONMENTS.join(", "),
        fix: didYouMean(environment, ENVIRONMENTS) ?? "name one of these, or leave it out to judge as production",
      },
    ]);
  }
  const text = await readFile(path, "utf8");
  const state = exportedState(text);
  if (state) {
    const resources = resourcesFromState(state);
    return {
      stack: stackOf(resources[0]?.urn),
      policies: await judgeResources(resources, { ...request, mode: "simulate" }),
    };
  }
  const plan = planFromText(text, path);
  // Exemptions were settled when the plan was made; the rows it lists as exempt still are.
  const exempt = new Set(
    plan.policies.results.filter((result) => result.status === "exempt").map(({ rule, urn }) => `${rule} ${urn}`),
  );
  const report = await judgeResources(resourcesFromPlan(plan), {
    ...request,
    mode: plan.mode,
    environment: request.environment ?? (plan.environment as "dev" | "staging" | "production"),
    model: plan.model,
  });
  const results = report.results.map((result) =>
    exempt.has(`${result.rule} ${result.urn}`) ? { ...result, status: "exempt" as const } : result,
  );
  return { stack: plan.stack, policies: { ...report, results } };
}

/**
 * Reads a file of rules' levels and properties, JSON or YAML, in the form `pulumi preview --policy-pack-config` takes, for
 * the rules of any pack. What it says of them is checked where it is used.
 */
export async function readRules(path: string): Promise<PolicyPackConfig> {
  const content: unknown = parse(await readFile(path, "utf8"));
  if (!isRecord(content)) {
    throw new InputError([
      { path, found: show(content), allowed: "an object of rules by their ids", fix: "write one entry per rule" },
    ]);
  }
  return content as PolicyPackConfig;
}

/** The resources of an exported state; undefined for any other file. */
function exportedState(text: string): readonly unknown[] | undefined {
  try {
    const content: unknown = JSON.parse(text);
    const deployment = isRecord(content) ? content.deployment : undefined;
    return isRecord(deployment) && Array.isArray(deployment.resources) ? deployment.resources : undefined;
  } catch {
    // Not JSON: what it is instead, reading it as a plan says.
    return undefined;
  }
}

function stackOf(urn: string | undefined): string {
  return urn?.split("::")[0]?.split(":").at(-1) ?? "unknown";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
