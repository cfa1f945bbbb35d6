import type { PolicyPackArgs, PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { awaitedAsUnknown } from "./awaited";
import { describe, type Exemption, expiredFor, judge } from "./exemptions";
import { isStackRule, type ResourceRule, type Rule, type RuleConfig, type StackRule, typeMatcher } from "./rule";
import { configReader, configSchemaOf } from "./ruleConfig";

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
  const readConfig = configReader(rule);
  const validateResource: ResourceValidationPolicy["validateResource"] = (args, reportViolation) => {
    if (!matches(args.type)) args.notApplicable(reason);
    const config = readConfig(args.getConfig<RuleConfig>());
    const terms = termsOf(rule, config, clock);
    let found = false;
    rule.check(
      args,
      (message) => {
        found = true;
        const { text, exempt } = terms.settle(message, args);
        if (exempt) ledger.add(args.urn, { rule: rule.id, message: text });
        else reportViolation(text);
      },
      config,
    );
    if (!found) terms.outlived(args, reportViolation);
  };
  // The analyzer skips a policy that carries its only type before it deserializes the resource for it. A host in this
  // process may ask for any type, and so need not make arguments to learn that a rule has nothing to say.
  const typed = Object.assign(
    validateResource,
    { appliesTo: matches },
    tokens?.length === 1 ? { __pulumiType: tokens[0] } : {},
  );
  const policy = { ...facts(rule), validateResource: typed };
  const { remediate } = rule;
  if (remediate === undefined) return policy;
  return {
    ...policy,
    remediateResource(args) {
      if (!matches(args.type)) args.notApplicable(reason);
      const config = readConfig(args.getConfig<RuleConfig>());
      const terms = termsOf(rule, config, clock);
      let failing = false;
      rule.check(
        args,
        (message) => {
          failing ||= !terms.settle(message, args).exempt;
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
  const readConfig = configReader(rule);
  return {
    ...facts(rule),
    validateStack(args, reportViolation) {
      if (!args.resources.some((resource) => matches(resource.type))) args.notApplicable(reason);
      const config = readConfig(args.getConfig<RuleConfig>());
      const terms = termsOf(rule, config, clock);
      const found = new Set<string>();
      const { notApplicable } = args;
      rule.checkStack(
        { resources: awaitedAsUnknown(args.resources), notApplicable },
        (message: string, resource?: PolicyResource) => {
          if (resource) found.add(resource.urn);
          const { text, exempt } = terms.settle(message, resource ?? { urn: "", name: "" });
          if (exempt) ledger.add(STACK, { rule: rule.id, message: text, urn: resource?.urn });
          else reportViolation(text, resource?.urn);
        },
        config,
      );
      for (const resource of args.resources) {
        if (matches(resource.type) && !found.has(resource.urn)) terms.outlived(resource, reportViolation);
      }
    },
  };
}

function facts(rule: Rule): Omit<ResourceValidationPolicy, "validateResource"> {
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.description === undefined ? rule.title : `${rule.title}. ${rule.description}`,
    enforcementLevel: rule.level,
    severity: rule.severity,
    remediationSteps: rule.fix,
    tags: [...rule.sources],
    configSchema: configSchemaOf(rule),
  };
}

function applicability(rule: Rule): { readonly tokens?: readonly string[]; readonly reason: string } {
  if (typeof rule.resources === "function") return { reason: "Policy does not apply to resources of this type" };
  return { tokens: rule.resources, reason: `Policy only applies to ${rule.resources.join(", ")}` };
}

interface Named {
  readonly urn: string;
  readonly name: string;
}

/** What exemptions make of a rule's findings. */
interface Terms {
  settle(message: string, resource: Named): { readonly text: string; readonly exempt: boolean };
  /** Reports an exemption whose day has passed for a resource that holds the rule: it must not wait for the next breach. */
  outlived(resource: Named, report: (message: string, urn?: string) => void): void;
}

const NO_EXEMPTIONS: Terms = {
  settle: (text) => ({ text, exempt: false }),
  outlived: () => {},
};

function termsOf(rule: Rule, config: RuleConfig, clock: () => string): Terms {
  if (!Array.isArray(config.exemptions) || config.exemptions.length === 0) return NO_EXEMPTIONS;
  const exemptions = config.exemptions.map((exemption: Exemption) => ({ ...exemption, rule: rule.id }));
  const today = typeof config.today === "string" ? config.today : clock();
  return {
    settle(message, resource) {
      const verdict = judge(rule.id, resource, exemptions, today);
      if (verdict.status === "exempt") return { text: `${message} (${describe(verdict.exemption)})`, exempt: true };
      return { text: verdict.note === undefined ? message : `${message} (${verdict.note})`, exempt: false };
    },
    outlived(resource, report) {
      const expired = expiredFor(rule.id, resource, exemptions, today);
      if (expired) {
        const text = `holds, but its exemption (${expired.reason}) expired on ${expired.expires}: remove the exemption`;
        report(text, resource.urn);
      }
    },
  };
}
