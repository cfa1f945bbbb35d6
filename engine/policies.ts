import type {
  PolicyPackArgs,
  PolicyResource,
  ReportViolation,
  ResourceValidation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { RecordedResource } from "./goal";
import type { PolicyReport } from "./plan";
import { assetsOf } from "./policyAssets";
import { Findings, type PolicyRequest, type RuleSettings, settingsOf } from "./policyReport";
import { type PolicySubject, policySubjects, stackUrn } from "./policySubjects";

/** A policy pack as a value: what `new PolicyPack(name, args)` takes. */
export interface PolicyPackValue {
  readonly name: string;
  readonly version: string;
  readonly args: PolicyPackArgs;
}

type AnyPolicy = ResourceValidationPolicy | StackValidationPolicy;

/** Thrown by `notApplicable`; a rule ends with it. */
class NotApplicable extends Error {}

/**
 * Evaluates packs on a run's resources in this process, with the semantics of a pack's own analyzer server: resource
 * policies see inputs, stack policies outputs, and a rule that reads an unknown is deferred. A rule that throws is a
 * mandatory finding that names it.
 */
export async function evaluatePacks(
  packs: readonly PolicyPackValue[],
  resources: readonly RecordedResource[],
  request: PolicyRequest,
): Promise<PolicyReport> {
  // Rules' own proxies, so that reading an unknown means the same here and there.
  const { unknownCheckingProxy, UnknownValueError } = require("@pulumi/policy/proxy") as ProxyModule;
  const findings = new Findings();
  const subjects = policySubjects(resources).map((subject) => new Evaluated(subject, unknownCheckingProxy));
  const root = stackUrn(resources);
  for (const pack of packs) {
    findings.addPack(pack.name, pack.version, pack.args.policies.length);
    const rules = rulesOf(pack, request);
    const byType = new Map<string, readonly Rule[]>();
    for (const subject of subjects) {
      let applicable = byType.get(subject.type);
      if (applicable === undefined) {
        applicable = rules.filter((rule) => rule.types === undefined || rule.types.has(subject.type));
        byType.set(subject.type, applicable);
      }
      findings.skip(rules.length - applicable.length);
      for (const rule of applicable) {
        const outcome = new Outcome(findings, pack, rule, subject.urn, UnknownValueError);
        const pending = outcome.run(rule.validations, (validation) =>
          validation(subject.argsFor(rule), outcome.report),
        );
        if (pending !== undefined) {
          await pending;
        }
      }
    }
    await evaluateStackRules(pack, request, findings, subjects, root, UnknownValueError);
  }
  return findings.report();
}

/** A part of the policy SDK that its types keep to themselves; loaded when the first pack is evaluated. */
interface ProxyModule {
  readonly unknownCheckingProxy: <T>(value: T) => T;
  readonly UnknownValueError: ErrorClass;
}

/** A resource rule under its configuration. */
interface Rule {
  readonly policy: AnyPolicy;
  readonly settings: RuleSettings & { readonly level: "mandatory" | "advisory" };
  readonly validations: readonly ResourceValidation[];
  /** The only types it looks at, where it says so. */
  readonly types: ReadonlySet<string> | undefined;
}

function rulesOf(pack: PolicyPackValue, request: PolicyRequest): readonly Rule[] {
  return pack.args.policies.flatMap((policy) => {
    const settings = ruleSettings(pack, policy, request);
    if (!("validateResource" in policy) || policy.validateResource === undefined || !isOn(settings)) {
      return [];
    }
    const validations = [policy.validateResource].flat();
    const types = validations.map((validation) => (validation as { __pulumiType?: string }).__pulumiType);
    const known = types.every((type): type is string => type !== undefined && type !== "");
    return [{ policy, settings, validations, types: known ? new Set(types) : undefined }];
  });
}

function isOn(settings: RuleSettings): settings is Rule["settings"] {
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

type ErrorClass = abstract new (...args: never[]) => Error;

/** What one rule says of one resource, or of the stack. */
class Outcome {
  #found = false;
  #skipped = false;

  constructor(
    private readonly findings: Findings,
    private readonly pack: PolicyPackValue,
    private readonly rule: Pick<Rule, "policy" | "settings">,
    private readonly urn: string,
    private readonly unknownError: ErrorClass,
  ) {}

  /** Runs validations one after the other; gives a promise only where one of them does. */
  run<T>(validations: readonly T[], call: (validation: T) => unknown): Promise<void> | undefined {
    for (const [at, validation] of validations.entries()) {
      let result: unknown;
      try {
        result = call(validation);
      } catch (error) {
        this.#caught(error);
        continue;
      }
      if (result instanceof Promise) {
        return result
          .catch((error: unknown) => this.#caught(error))
          .then(() => this.run(validations.slice(at + 1), call));
      }
    }
    this.#end();
    return undefined;
  }

  readonly report: ReportViolation = (message: string | { message?: string; urn?: string }, urn?: string) => {
    const { policy } = this.rule;
    const given = typeof message === "object" ? message : { message, urn };
    const text = typeof message === "object" ? (given.message ?? policy.description) : this.#text(message);
    this.#add("violation", this.rule.settings.level, text, given.urn);
  };

  #text(message: string): string {
    const { description } = this.rule.policy;
    return message === undefined || message === "" ? description : `${description}\n${message}`;
  }

  #caught(error: unknown): void {
    const from = `policy '${this.rule.policy.name}' from policy pack '${this.pack.name}@v${this.pack.version}'`;
    if (error instanceof NotApplicable) {
      this.#skipped = true;
    } else if (error instanceof this.unknownError) {
      this.#add("deferred", "advisory", `can't run ${from} during preview: ${error.message}`);
    } else {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#add("violation", "mandatory", `Error validating resource with ${from}: ${text}`);
    }
  }

  #add(status: "violation" | "deferred", level: "mandatory" | "advisory", message: string, urn?: string): void {
    this.#found = true;
    const where = urn === undefined || urn === "" ? this.urn : urn;
    this.findings.add({ pack: this.pack.name, rule: this.rule.policy.name, urn: where, level, status, message });
  }

  #end(): void {
    if (!this.#found) {
      if (this.#skipped) {
        this.findings.skip();
      } else {
        this.findings.pass();
      }
    }
  }
}

function notApplicable(reason?: string): never {
  throw new NotApplicable(reason);
}

/** A resource with what rules read of it, made once for all rules. */
class Evaluated {
  readonly urn: string;
  readonly type: string;
  readonly #base: Omit<ResourceValidationArgs, "getConfig">;

  constructor(
    readonly subject: PolicySubject,
    private readonly proxy: <T>(value: T) => T,
  ) {
    const { resource, options, provider } = subject;
    const { urn, type, name } = resource;
    this.urn = urn;
    this.type = type;
    const props = proxy(assetsOf(subject.inputs));
    this.#base = {
      type,
      props,
      urn,
      name,
      opts: options,
      stackTags: new Map(),
      ...typeChecks(type, props),
      notApplicable,
      ...(provider === undefined ? {} : { provider: providerOf(provider, proxy) }),
    };
  }

  argsFor(rule: Pick<Rule, "settings">): ResourceValidationArgs {
    return { ...this.#base, getConfig: <T extends object>() => ({ ...rule.settings.properties }) as T };
  }

  /** The resource as stack policies see it, without its relations. */
  forStack(): PolicyResource {
    const { resource, options, provider } = this.subject;
    const props = this.proxy(assetsOf(this.subject.outputs));
    return {
      type: this.type,
      props,
      urn: this.urn,
      name: resource.name,
      opts: options,
      dependencies: [],
      propertyDependencies: {},
      ...(typeChecks(this.type, props) as Pick<PolicyResource, "isType" | "asType">),
      ...(provider === undefined ? {} : { provider: providerOf(provider, this.proxy) }),
    };
  }
}

function providerOf(provider: RecordedResource, proxy: <T>(value: T) => T) {
  const [subject] = policySubjects([provider]);
  return { type: provider.type, urn: provider.urn, name: provider.name, props: proxy(assetsOf(subject?.inputs ?? {})) };
}

function typeChecks(type: string, props: Record<string, unknown>): Pick<ResourceValidationArgs, "isType" | "asType"> {
  const isType = (resourceClass: unknown): boolean => {
    const { __pulumiType, isInstance } = resourceClass as {
      __pulumiType?: string;
      isInstance?: (value: unknown) => boolean;
    };
    if (__pulumiType !== undefined && __pulumiType !== "") {
      return __pulumiType === type;
    }
    return typeof isInstance === "function" && isInstance({ __pulumiType: type }) === true;
  };
  const asType = (resourceClass: unknown) => (isType(resourceClass) ? props : undefined);
  return { isType, asType: asType as ResourceValidationArgs["asType"] };
}

async function evaluateStackRules(
  pack: PolicyPackValue,
  request: PolicyRequest,
  findings: Findings,
  subjects: readonly Evaluated[],
  root: string,
  unknownError: ErrorClass,
): Promise<void> {
  for (const policy of pack.args.policies) {
    const settings = ruleSettings(pack, policy, request);
    if (!("validateStack" in policy) || !isOn(settings)) {
      continue;
    }
    const type = (policy.validateStack as { __pulumiType?: string }).__pulumiType;
    if (type !== undefined && type !== "" && !subjects.some((subject) => subject.type === type)) {
      findings.skip();
      continue;
    }
    // A rule may change what it is given, so each gets objects of its own.
    const resources = related(subjects);
    const outcome = new Outcome(findings, pack, { policy, settings }, root, unknownError);
    const getConfig = <T extends object>() => ({ ...settings.properties }) as T;
    await outcome.run([policy.validateStack], (validate) =>
      validate({ resources, stackTags: new Map(), getConfig, notApplicable }, outcome.report),
    );
  }
}

/** The resources with their parents and dependencies in place of URNs. */
function related(subjects: readonly Evaluated[]): PolicyResource[] {
  const byUrn = new Map(subjects.map((subject) => [subject.urn, subject.forStack()]));
  const find = (urns: readonly string[]) => urns.flatMap((urn) => byUrn.get(urn) ?? []);
  return subjects.flatMap(({ urn, subject: { resource } }) => {
    const made = byUrn.get(urn);
    if (made === undefined) {
      return [];
    }
    const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
    if (parent !== undefined) {
      made.parent = parent;
    }
    made.dependencies = find(resource.dependencies);
    for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
      made.propertyDependencies[key] = find(urns);
    }
    return [made];
  });
}
