import type {
  PolicyConfigSchema,
  PolicyPackArgs,
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { describe, type Exemption, exemptionsSchema, judge, todaySchema } from "./exemptions";
import { isStackRule, type ResourceRule, type Rule, type RuleConfig, type StackRule, typeMatcher } from "./rule";

/** A policy pack as a value: `args` is what `new PolicyPack(name, args)` takes, `rules` what reports describe. */
export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly args: PolicyPackArgs;
  readonly rules: readonly Rule[];
}

/**
 * Names of the two advisory policies every pack ends with. Pulumi has no status between "violation" and nothing, so
 * what an exemption covers is listed under these names instead of the rule's own; `config.ts` folds them back.
 */
export const EXEMPT_RESOURCES = "exempt-resources";
export const EXEMPT_STACK = "exempt-stack";

interface Exempt {
  readonly rule: string;
  readonly message: string;
  readonly urn?: string;
}

/** Exempt findings between the rule that found them and the policy that lists them, kept per URN. */
class Ledger {
  private readonly entries = new Map<string, Exempt[]>();

  add(key: string, entry: Exempt): void {
    const found = this.entries.get(key);
    if (found) found.push(entry);
    else this.entries.set(key, [entry]);
  }

  take(key: string): readonly Exempt[] {
    const found = this.entries.get(key) ?? [];
    this.entries.delete(key);
    return found;
  }
}

const STACK = "stack";

export function definePack(pack: {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly rules: readonly Rule[];
}): Pack {
  return { ...pack, args: { description: pack.description, policies: toPolicies(pack.rules) } };
}

/**
 * The rules as Pulumi policies. `clock` gives the day exemptions are judged on when the config has no `today`.
 */
export function toPolicies(
  rules: readonly Rule[],
  clock: () => string = () => new Date().toISOString().slice(0, 10),
): PolicyPackArgs["policies"] {
  const ledger = new Ledger();
  const policies: PolicyPackArgs["policies"] = rules.map((rule) =>
    isStackRule(rule) ? stackPolicy(rule, ledger, clock) : resourcePolicy(rule, ledger, clock),
  );
  policies.push({
    name: EXEMPT_RESOURCES,
    description: "Deviations accepted by an exemption",
    enforcementLevel: "advisory",
    severity: "low",
    validateResource(args, report) {
      const found = ledger.take(args.urn);
      if (found.length === 0) args.notApplicable("No exemption was used for this resource");
      for (const { rule, message } of found) report(`${rule}: ${message}`);
    },
  });
  policies.push({
    name: EXEMPT_STACK,
    description: "Deviations accepted by an exemption",
    enforcementLevel: "advisory",
    severity: "low",
    validateStack(args, report) {
      const found = ledger.take(STACK);
      if (found.length === 0) args.notApplicable("No exemption was used for the stack");
      for (const { rule, message, urn } of found) report(`${rule}: ${message}`, urn);
    },
  });
  return policies;
}

function resourcePolicy(rule: ResourceRule, ledger: Ledger, clock: () => string): ResourceValidationPolicy {
  const matches = typeMatcher(rule.resources);
  const { tokens, reason } = applicability(rule);
  const validateResource: ResourceValidationPolicy["validateResource"] = (args, reportViolation) => {
    if (!matches(args.type)) args.notApplicable(reason);
    const config = readConfig(rule, args.getConfig<RuleConfig>());
    rule.check(
      args,
      (message) => {
        const { text, exempt } = settle(rule.id, message, args, config, clock);
        if (exempt) ledger.add(args.urn, { rule: rule.id, message: text });
        else reportViolation(text);
      },
      config,
    );
  };
  // The analyzer skips a policy that carries its only type before it deserializes the resource for it.
  const typed = tokens?.length === 1 ? Object.assign(validateResource, { __pulumiType: tokens[0] }) : validateResource;
  const policy = { ...facts(rule), validateResource: typed };
  const { remediate } = rule;
  if (remediate === undefined) return policy;
  return {
    ...policy,
    remediateResource(args) {
      if (!matches(args.type)) args.notApplicable(reason);
      const config = readConfig(rule, args.getConfig<RuleConfig>());
      let failing = false;
      rule.check(
        args,
        (message) => {
          failing ||= !settle(rule.id, message, args, config, clock).exempt;
        },
        config,
      );
      if (!failing) return undefined;
      remediate.call(rule, args, config);
      return args.props;
    },
  };
}

function stackPolicy(rule: StackRule, ledger: Ledger, clock: () => string): StackValidationPolicy {
  const matches = typeMatcher(rule.resources);
  const { reason } = applicability(rule);
  return {
    ...facts(rule),
    validateStack(args, reportViolation) {
      if (!args.resources.some((resource) => matches(resource.type))) args.notApplicable(reason);
      const config = readConfig(rule, args.getConfig<RuleConfig>());
      rule.checkStack(
        args,
        (message: string, resource?: PolicyResource) => {
          const { text, exempt } = settle(rule.id, message, resource ?? { urn: "", name: "" }, config, clock);
          if (exempt) ledger.add(STACK, { rule: rule.id, message: text, urn: resource?.urn });
          else reportViolation(text, resource?.urn);
        },
        config,
      );
    },
  };
}

function facts(rule: Rule): Omit<ResourceValidationPolicy, "validateResource"> {
  const configSchema: PolicyConfigSchema = {
    properties: { ...rule.config?.properties, exemptions: exemptionsSchema, today: todaySchema },
  };
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.description === undefined ? rule.title : `${rule.title}. ${rule.description}`,
    enforcementLevel: rule.level,
    severity: rule.severity,
    remediationSteps: rule.fix,
    tags: [...rule.sources],
    configSchema,
  };
}

function applicability(rule: Rule): { readonly tokens?: readonly string[]; readonly reason: string } {
  if (typeof rule.resources === "function") return { reason: "Policy does not apply to resources of this type" };
  return { tokens: rule.resources, reason: `Policy only applies to ${rule.resources.join(", ")}` };
}

/** The rule's defaults under what is configured. The engine fills defaults too, other evaluators may not. */
function readConfig(rule: Rule, configured: RuleConfig): RuleConfig {
  return rule.config ? { ...rule.config.defaults, ...configured } : configured;
}

function settle(
  rule: string,
  message: string,
  resource: { readonly urn: string; readonly name: string },
  config: RuleConfig,
  clock: () => string,
): { readonly text: string; readonly exempt: boolean } {
  const exemptions = readExemptions(rule, config.exemptions);
  if (exemptions.length === 0) return { text: message, exempt: false };
  const today = typeof config.today === "string" ? config.today : clock();
  const verdict = judge(rule, resource, exemptions, today);
  if (verdict.status === "exempt") return { text: `${message} (${describe(verdict.exemption)})`, exempt: true };
  return { text: verdict.note === undefined ? message : `${message} (${verdict.note})`, exempt: false };
}

function readExemptions(rule: string, value: unknown): readonly Exemption[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: unknown) =>
    typeof entry === "object" && entry !== null ? { rule, ...entry } : entry,
  ) as readonly Exemption[];
}
