import type { PolicyConfigSchema, PolicyResource, ResourceValidationArgs, Severity } from "@pulumi/policy";
import type { Props } from "./read";
import type { MutableProps } from "./remedies";

/** What a rule does by default; a stack's pack config may raise, lower or disable it. */
export type Level = "mandatory" | "advisory";

export type RuleConfig = Readonly<Record<string, unknown>>;

/** JSON Schema of one config property, as the policy SDK has it. */
export type JsonSchema = PolicyConfigSchema["properties"][string];

/** JSON Schema of one rule's configuration. Every property has a default, so that a rule always runs. */
export interface RuleConfigSchema<C extends object> {
  readonly properties: PolicyConfigSchema["properties"];
  readonly defaults: C;
}

/** What a resource rule sees: the inputs of one resource of any program. */
export interface Subject {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Props;
  readonly opts: ResourceValidationArgs["opts"];
  /** Ends the check: this resource is of a matching type, but the rule has nothing to say about it. */
  notApplicable(reason: string): never;
}

/** What a stack rule sees: all resources with their outputs (in a preview, their inputs and what is known). */
export interface StackSubject {
  readonly resources: readonly PolicyResource[];
  notApplicable(reason: string): never;
}

/** Reports one violation; findings reported before an unknown is met still count. */
export type Report = (message: string) => void;
export type StackReport = (message: string, resource?: PolicyResource) => void;

/** Type tokens, or a predicate over them. Predicates are asked once per type, so they may be slow but must be pure. */
export type ResourceTypes = readonly string[] | ((type: string) => boolean);

interface RuleFacts<C extends object> {
  /** Kebab-case, unique over all packs, and frozen: configs and exemptions name it. */
  readonly id: string;
  /** What must hold, as one short sentence without a full stop. */
  readonly title: string;
  /** Why, where the title does not say it. */
  readonly description?: string;
  readonly severity: Severity;
  readonly level: Level;
  /** One line: the change that makes a failing resource pass. */
  readonly fix: string;
  /** Ids of the catalogues the rule answers to: CKV_AWS_16, EC2.6, C-0306, PSS-restricted, kube-score. */
  readonly sources: readonly string[];
  readonly config?: RuleConfigSchema<C>;
}

export interface ResourceRule<C extends object = RuleConfig> extends RuleFacts<C> {
  readonly resources: ResourceTypes;
  check(resource: Subject, report: Report, config: C): void;
  /**
   * Changes the inputs in place so that the rule passes. Only for what is mechanical and safe: no replacement, no data
   * lost, no meaning guessed. Runs for a resource that fails the rule without exemption, where the level is remediate.
   */
  remediate?(resource: Subject & { readonly props: MutableProps }, config: C): void;
}

export interface StackRule<C extends object = RuleConfig> extends RuleFacts<C> {
  /** The types whose presence makes the rule apply; without any of them in the stack it is not applicable. */
  readonly resources: ResourceTypes;
  checkStack(stack: StackSubject, report: StackReport, config: C): void;
}

export type Rule = ResourceRule | StackRule;

/**
 * Fixes a rule's config type for its own check and forgets it outside: a pack holds rules of many config types, and
 * only `pack.ts` hands each rule the config made from that rule's own defaults.
 */
export function resourceRule<C extends object = RuleConfig>(rule: ResourceRule<C>): Rule {
  return rule as ResourceRule;
}

export function stackRule<C extends object = RuleConfig>(rule: StackRule<C>): Rule {
  return rule as StackRule;
}

export function isStackRule(rule: Rule): rule is StackRule {
  return "checkStack" in rule;
}

/** A matcher for `resources` that decides each type once. */
export function typeMatcher(resources: ResourceTypes): (type: string) => boolean {
  if (typeof resources !== "function") {
    const types = new Set(resources);
    return (type) => types.has(type);
  }
  const decided = new Map<string, boolean>();
  return (type) => {
    const known = decided.get(type);
    if (known !== undefined) return known;
    const matches = resources(type);
    decided.set(type, matches);
    return matches;
  };
}
