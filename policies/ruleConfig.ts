import type { PolicyConfigSchema } from "@pulumi/policy";
import { exemptionsSchema, isDay, todaySchema } from "./exemptions";
import { at, isObject, list } from "./read";
import type { Rule, RuleConfig } from "./rule";
import { type SchemaProblem, schemaProblems } from "./schema";

/** What a rule may be told: its own properties, and what every rule takes. */
export function configSchemaOf(rule: Rule): PolicyConfigSchema {
  return { properties: { ...rule.config?.properties, exemptions: exemptionsSchema, today: todaySchema } };
}

/** All that is wrong with a rule's configuration; empty when the rule may run under it. */
export function configProblems(rule: Rule, configured: RuleConfig): readonly SchemaProblem[] {
  const { properties } = configSchemaOf(rule);
  return [
    ...schemaProblems(configured, { type: "object", additionalProperties: false, properties }),
    ...list(configured.exemptions).flatMap((exemption, index) => exemptionProblems(rule, exemption, index)),
  ];
}

/** What a schema cannot say of an exemption: that its day exists, and that it is about the rule it stands under. */
function exemptionProblems(rule: Rule, exemption: unknown, index: number): readonly SchemaProblem[] {
  const path = `exemptions[${index}]`;
  const expires = at(exemption, "expires");
  const named = at(exemption, "rule");
  return [
    ...(typeof expires === "string" && /^\d{4}-\d{2}-\d{2}$/.test(expires) && !isDay(expires)
      ? [{ path: `${path}.expires`, found: JSON.stringify(expires), allowed: "a day of the calendar" }]
      : []),
    ...(typeof named === "string" && named !== rule.id
      ? [{ path: `${path}.rule`, found: JSON.stringify(named), allowed: `${rule.id}, the rule it stands under` }]
      : []),
  ];
}

/** Thrown by a rule under a wrong configuration: every problem, each with the rule and the path. */
export class RuleConfigError extends Error {
  override readonly name = "RuleConfigError";

  constructor(rule: Rule, problems: readonly SchemaProblem[]) {
    const lines = problems.map(({ path, found, allowed }) => `${rule.id}.${path} is ${found}, allowed is ${allowed}`);
    super(`wrong configuration: ${lines.join("; ")}`);
  }
}

/**
 * Reads a rule's configuration: its defaults under what is configured. The engine fills defaults and checks types too,
 * other hosts may not. Hosts hand out a new object per call with the same values, so these are compared, and a
 * configuration is checked once.
 */
export function configReader(rule: Rule): (configured: RuleConfig) => RuleConfig {
  let last: RuleConfig | undefined;
  let ready: RuleConfig = {};
  return (configured) => {
    if (last === undefined || !sameValues(last, configured)) {
      const problems = configProblems(rule, isObject(configured) ? configured : {});
      if (problems.length > 0) throw new RuleConfigError(rule, problems);
      ready = rule.config ? { ...rule.config.defaults, ...configured } : configured;
      last = configured;
    }
    return ready;
  };
}

function sameValues(one: RuleConfig, other: RuleConfig): boolean {
  let count = 0;
  for (const key in one) {
    if (one[key] !== other[key]) return false;
    count++;
  }
  for (const _ in other) count--;
  return count === 0;
}
