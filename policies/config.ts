import type { PolicyPackConfig } from "@pulumi/policy";
import type { Exemption, PolicyResult } from "./exemptions";
import { EXEMPT_RESOURCES, EXEMPT_STACK, type Pack } from "./pack";
import { isObject } from "./read";
import { configProblems } from "./ruleConfig";
import type { SchemaProblem } from "./schema";

export type Environment = "dev" | "staging" | "production";

export interface PackConfigArgs {
  readonly environment?: Environment;
  readonly exemptions?: readonly Exemption[];
  /** The day exemptions are judged on, YYYY-MM-DD. */
  readonly today?: string;
  /** Per rule id: a level, or a level and the rule's own properties, as Pulumi's policy config has it. */
  readonly overrides?: PolicyPackConfig;
}

/**
 * The Pulumi policy config for one pack: the same value serves the in-process evaluator, an analyzer's Configure call
 * and, written to a file, `pulumi preview --policy-pack-config`. Rules get only the properties their schema has.
 */
export function packConfig(pack: Pack, args: PackConfigArgs): PolicyPackConfig {
  const config: PolicyPackConfig = {};
  for (const rule of pack.rules) {
    const entry: Record<string, unknown> = {};
    if (args.environment !== undefined && rule.config?.properties.environment) entry.environment = args.environment;
    const exemptions = args.exemptions?.filter((exemption) => exemption.rule === rule.id) ?? [];
    if (exemptions.length > 0) {
      entry.exemptions = exemptions;
      if (args.today !== undefined) entry.today = args.today;
    }
    const override = args.overrides?.[rule.id];
    if (typeof override === "string") entry.enforcementLevel = override;
    else if (override !== undefined) Object.assign(entry, override);
    if (Object.keys(entry).length > 0) config[rule.id] = entry;
  }
  return config;
}

/** What a rule's level may be. */
export const LEVELS: readonly string[] = ["advisory", "mandatory", "remediate", "disabled"];

/**
 * All that is wrong with a config over the given packs, in the form of `PackConfigArgs.overrides`: a rule no pack has, a
 * level that is none, a property of the wrong type. Paths begin with the rule's id.
 */
export function checkConfig(packs: readonly Pack[], config: unknown): readonly SchemaProblem[] {
  if (!isObject(config)) {
    return [{ path: "", found: JSON.stringify(config) ?? "nothing", allowed: "an object of rules by their ids" }];
  }
  const rules = new Map(packs.flatMap((pack) => pack.rules.map((rule) => [rule.id, rule] as const)));
  return Object.entries(config).flatMap(([id, entry]) => {
    const rule = rules.get(id);
    if (!rule) return [{ path: id, found: `the rule ${id}`, allowed: "the id of a rule in one of the packs" }];
    const { enforcementLevel, ...properties } = isObject(entry) ? entry : { enforcementLevel: entry ?? null };
    const level = LEVELS.includes(enforcementLevel as string) || enforcementLevel === undefined;
    return [
      ...(level
        ? []
        : [
            {
              path: isObject(entry) ? `${id}.enforcementLevel` : id,
              found: JSON.stringify(enforcementLevel),
              allowed: LEVELS.join(", "),
            },
          ]),
      ...configProblems(rule, properties).map((problem) => ({ ...problem, path: `${id}.${problem.path}` })),
    ];
  });
}

/**
 * Turns the rows of a pack's two listing policies into rows of status "exempt" under the rule they are about. Works on
 * rows from the in-process evaluator and from an analyzer, whose messages begin with the policy's description.
 */
export function foldExempt(
  results: readonly PolicyResult[],
  levelOf: (rule: string) => PolicyResult["level"],
): PolicyResult[] {
  return results.map((result) => {
    if (result.rule !== EXEMPT_RESOURCES && result.rule !== EXEMPT_STACK) return result;
    const line = result.message.slice(result.message.indexOf("\n") + 1);
    const colon = line.indexOf(": ");
    const rule = line.slice(0, colon);
    return { ...result, rule, level: levelOf(rule), status: "exempt", message: line.slice(colon + 2) };
  });
}
