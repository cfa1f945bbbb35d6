import type { PolicyResource, ResourceValidation } from "@pulumi/policy";
import type { RecordedResource } from "./goal";
import type { PolicyReport } from "./plan";
import { Evaluated, stackArgs, stackResources, type UnknownProxy } from "./policyArgs";
import { type ActiveRule, type AnyPolicy, type ErrorClass, Outcome, type PolicyPackValue } from "./policyOutcome";
import { Findings, type PolicyRequest, type RuleSettings, settingsOf } from "./policyReport";
import { isRead, policySubjects, stackUrn } from "./policySubjects";

/**
 * Evaluates packs on a run's resources in this process, with the semantics of a pack's own analyzer server: resource
 * policies see inputs, stack policies outputs, and a rule that reads an unknown is deferred. A rule that throws is a
 * mandatory finding that names it. Rules share what they are given, and may not change it.
 */
export async function evaluatePacks(
  packs: readonly PolicyPackValue[],
  resources: readonly RecordedResource[],
  request: PolicyRequest,
): Promise<PolicyReport> {
  // Rules' own proxies, so that reading an unknown means the same here and there.
  const { unknownCheckingProxy, UnknownValueError } = require("@pulumi/policy/proxy") as ProxyModule;
  const subjects = policySubjects(resources).map((subject) => new Evaluated(subject, unknownCheckingProxy));
  const evaluation = new Evaluation(request, subjects, stackUrn(resources), UnknownValueError);
  // Each unknown that is read is an error, of which only the message is told: its stack costs more than the rule.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    for (const pack of packs) {
      await evaluation.add(pack);
    }
  } finally {
    Error.stackTraceLimit = limit;
  }
  return evaluation.findings.report();
}

/** A part of the policy SDK that its types keep to themselves; loaded when the first pack is evaluated. */
interface ProxyModule {
  readonly unknownCheckingProxy: UnknownProxy;
  readonly UnknownValueError: ErrorClass;
}

/** A resource rule under its configuration. */
interface ResourceRule extends ActiveRule {
  readonly validations: readonly ResourceValidation[];
  /** Whether it looks at a type, where it says so. */
  readonly appliesTo: (type: string) => boolean;
  /** Whether it does say so: what does not is watched, to learn it. */
  readonly answers: boolean;
  /** Types it was seen to have nothing to say about. */
  readonly foreign: Set<string>;
}

/**
 * The types a rule turned away by name alone, for as long as the rule lives: what it read was the type, so the answer is
 * the same in every run.
 */
const foreignTypes = new WeakMap<AnyPolicy, Set<string>>();

/** One pass of several packs over a run's resources. */
class Evaluation {
  readonly findings = new Findings();
  readonly #byType = new Map<string, Evaluated[]>();
  #stackResources: readonly PolicyResource[] | undefined;

  constructor(
    private readonly request: PolicyRequest,
    private readonly subjects: readonly Evaluated[],
    private readonly root: string,
    private readonly unknownError: ErrorClass,
  ) {
    for (const subject of subjects.filter(({ subject }) => !isRead(subject.resource))) {
      const same = this.#byType.get(subject.type);
      if (same === undefined) {
        this.#byType.set(subject.type, [subject]);
      } else {
        same.push(subject);
      }
    }
  }

  async add(pack: PolicyPackValue): Promise<void> {
    this.findings.addPack(pack.name, pack.version, pack.args.policies.length);
    for (const rule of resourceRules(pack, this.request)) {
      for (const [type, subjects] of this.#byType) {
        if (rule.foreign.has(type) || !rule.appliesTo(type)) {
          this.findings.skip(subjects.length);
        } else {
          await this.#evaluate(pack, rule, subjects);
        }
      }
    }
    for (const rule of stackRules(pack, this.request)) {
      await this.#evaluateStack(pack, rule);
    }
  }

  /** Runs a rule on all resources of one type; the first tells whether the rule is about the type at all. */
  async #evaluate(pack: PolicyPackValue, rule: ResourceRule, subjects: readonly Evaluated[]): Promise<void> {
    for (const [index, subject] of subjects.entries()) {
      const outcome = new Outcome(this.findings, pack, rule, subject.urn, this.unknownError);
      // What a rule that answered for the type before says of its first resource is about that resource.
      let touched = rule.answers;
      const args = () =>
        index > 0 || rule.answers
          ? subject.argsFor(rule)
          : subject.watchedArgsFor(rule, () => {
              touched = true;
            });
      const pending = outcome.run(rule.validations, (validation) => validation(args(), outcome.report));
      if (pending !== undefined) {
        await pending;
      } else if (index === 0 && !touched && outcome.notApplicable) {
        rule.foreign.add(subject.type);
        this.findings.skip(subjects.length - 1);
        return;
      }
    }
  }

  async #evaluateStack(pack: PolicyPackValue, rule: StackRule): Promise<void> {
    const type = (rule.validate as { __pulumiType?: string }).__pulumiType;
    if (type !== undefined && type !== "" && !this.#byType.has(type)) {
      this.findings.skip();
      return;
    }
    this.#stackResources ??= stackResources(this.subjects);
    const args = stackArgs(rule, this.#stackResources);
    const outcome = new Outcome(this.findings, pack, rule, this.root, this.unknownError);
    await outcome.run([rule.validate], (validate) => validate(args, outcome.report));
  }
}

function resourceRules(pack: PolicyPackValue, request: PolicyRequest): readonly ResourceRule[] {
  return pack.args.policies.flatMap((policy) => {
    const settings = ruleSettings(pack, policy, request);
    if (!("validateResource" in policy) || policy.validateResource === undefined || !isOn(settings)) {
      return [];
    }
    const validations = [policy.validateResource].flat();
    const answers = validations.map(answerOf);
    const foreign = foreignTypes.get(policy) ?? new Set();
    foreignTypes.set(policy, foreign);
    const rule = {
      policy,
      settings,
      validations,
      appliesTo: (type: string) => answers.some((answer) => answer === undefined || answer(type)),
      answers: answers.every((answer) => answer !== undefined),
      foreign,
    };
    return [rule];
  });
}

/** What a validation says of itself: the one type the SDK's helpers attach, or a pack's own answer for any type. */
function answerOf(validation: ResourceValidation): ((type: string) => boolean) | undefined {
  const { __pulumiType: own, appliesTo } = validation as {
    readonly __pulumiType?: string;
    readonly appliesTo?: (type: string) => boolean;
  };
  if (own !== undefined && own !== "") {
    return (type) => type === own;
  }
  return typeof appliesTo === "function" ? appliesTo : undefined;
}

interface StackRule extends ActiveRule {
  readonly validate: Extract<AnyPolicy, { validateStack: unknown }>["validateStack"];
}

function stackRules(pack: PolicyPackValue, request: PolicyRequest): readonly StackRule[] {
  return pack.args.policies.flatMap((policy) => {
    const settings = ruleSettings(pack, policy, request);
    return "validateStack" in policy && isOn(settings) ? [{ policy, settings, validate: policy.validateStack }] : [];
  });
}

function isOn(settings: RuleSettings): settings is ActiveRule["settings"] {
  return settings.level !== undefined;
}

function ruleSettings(pack: PolicyPackValue, policy: AnyPolicy, request: PolicyRequest): RuleSettings {
  const defaults: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(policy.configSchema?.properties ?? {})) {
    if (schema.default !== undefined) {
      defaults[key] = schema.default;
    }
  }
  const rule = {
    name: policy.name,
    defaults,
    ...(policy.enforcementLevel === undefined ? {} : { enforcementLevel: policy.enforcementLevel }),
  };
  return settingsOf(request.config?.[pack.name], rule, pack.args.enforcementLevel);
}
