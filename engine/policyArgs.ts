import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { RecordedResource } from "./goal";
import { policyProps } from "./policyAssets";
import { type ActiveRule, notApplicable } from "./policyOutcome";
import { type PolicySubject, policySubjects } from "./policySubjects";
import type { WireObject } from "./wire";

type Props = Record<string, unknown>;

/** Wraps a property bag so that reading an unknown in it throws. */
export type UnknownProxy = <T>(value: T) => T;

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** A resource with what rules read of it, made once for all rules and only when one reads it. */
export class Evaluated {
  readonly urn: string;
  readonly type: string;
  #inputs: Props | undefined;
  #outputs: Props | undefined;
  #provider: ResourceValidationArgs["provider"];

  constructor(
    readonly subject: PolicySubject,
    private readonly proxy: UnknownProxy,
  ) {
    this.urn = subject.resource.urn;
    this.type = subject.resource.type;
  }

  get inputs(): Props {
    this.#inputs ??= propsOf(this.subject.inputs, this.proxy);
    return this.#inputs;
  }

  get outputs(): Props {
    this.#outputs ??= propsOf(this.subject.outputs, this.proxy);
    return this.#outputs;
  }

  get provider(): ResourceValidationArgs["provider"] {
    const { provider } = this.subject;
    if (provider !== undefined) {
      this.#provider ??= providerOf(provider, this.proxy);
    }
    return this.#provider;
  }

  argsFor(rule: ActiveRule): ResourceValidationArgs {
    const { type, urn, subject } = this;
    const props = this.inputs;
    const args: ResourceValidationArgs = {
      type,
      props,
      urn,
      name: subject.resource.name,
      opts: subject.options,
      stackTags: NO_TAGS,
      isType(resourceClass) {
        return isTypeOf(type, resourceClass);
      },
      asType(resourceClass: unknown) {
        return (isTypeOf(type, resourceClass) ? props : undefined) as never;
      },
      getConfig<T extends object>() {
        return { ...rule.settings.properties } as T;
      },
      notApplicable,
    };
    if (subject.provider !== undefined) {
      args.provider = this.provider;
    }
    return args;
  }

  /**
   * The same arguments, told apart by what a rule reads of them: `touched` is called unless that is the type alone.
   * A rule that ends as not applicable without it says so of every resource of the type.
   */
  watchedArgsFor(rule: ActiveRule, touched: () => void): ResourceValidationArgs {
    const { type } = this;
    const read = <K extends keyof ResourceValidationArgs>(key: K): ResourceValidationArgs[K] => {
      touched();
      args ??= this.argsFor(rule);
      return args[key];
    };
    let args: ResourceValidationArgs | undefined;
    const watched: ResourceValidationArgs = {
      type,
      get props() {
        return read("props");
      },
      get urn() {
        return read("urn");
      },
      get name() {
        return read("name");
      },
      get opts() {
        return read("opts");
      },
      get stackTags() {
        return read("stackTags");
      },
      isType: (resourceClass) => isTypeOf(type, resourceClass),
      asType: ((resourceClass: unknown) =>
        isTypeOf(type, resourceClass) ? read("props") : undefined) as ResourceValidationArgs["asType"],
      get getConfig() {
        return read("getConfig");
      },
      notApplicable,
    };
    if (this.subject.provider !== undefined) {
      Object.defineProperty(watched, "provider", { get: () => read("provider"), enumerable: true, configurable: true });
    }
    return watched;
  }
}

/** The resources as stack policies see them: with their parents and dependencies in place of URNs. */
export function stackResources(subjects: readonly Evaluated[]): readonly PolicyResource[] {
  const byUrn = new Map<string, PolicyResource>();
  const find = (urns: readonly string[]) => urns.flatMap((urn) => byUrn.get(urn) ?? []);
  return subjects.map((subject) => {
    const resource = stackResource(subject, byUrn, find);
    byUrn.set(subject.urn, resource);
    return resource;
  });
}

function stackResource(
  subject: Evaluated,
  byUrn: ReadonlyMap<string, PolicyResource>,
  find: (urns: readonly string[]) => PolicyResource[],
): PolicyResource {
  const { type, urn } = subject;
  const { resource, options } = subject.subject;
  let dependencies: PolicyResource[] | undefined;
  let propertyDependencies: Record<string, PolicyResource[]> | undefined;
  const made = {
    type,
    get props() {
      return subject.outputs;
    },
    urn,
    name: resource.name,
    opts: options,
    get dependencies() {
      dependencies ??= find(resource.dependencies);
      return dependencies;
    },
    get propertyDependencies() {
      propertyDependencies ??= Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, find(urns)]),
      );
      return propertyDependencies;
    },
    isType: (resourceClass: unknown) => isTypeOf(type, resourceClass),
    asType: (resourceClass: unknown) => (isTypeOf(type, resourceClass) ? subject.outputs : undefined),
  } as PolicyResource;
  const parent = resource.parent;
  if (parent !== undefined) {
    Object.defineProperty(made, "parent", { get: () => byUrn.get(parent), enumerable: true, configurable: true });
  }
  if (subject.subject.provider !== undefined) {
    made.provider = subject.provider;
  }
  return made;
}

/** The arguments of a stack rule. Sorting the list in place is a rule's own matter, so each gets one of its own. */
export function stackArgs(rule: ActiveRule, resources: readonly PolicyResource[]) {
  return {
    resources: [...resources],
    stackTags: NO_TAGS,
    getConfig: <T extends object>() => ({ ...rule.settings.properties }) as T,
    notApplicable,
  };
}

function propsOf(properties: WireObject, proxy: UnknownProxy): Props {
  const { props, unknown } = policyProps(properties);
  // A proxy makes one more of itself for every value read, and only ever throws for an unknown.
  return unknown ? proxy(props) : props;
}

function providerOf(provider: RecordedResource, proxy: UnknownProxy): ResourceValidationArgs["provider"] {
  const [subject] = policySubjects([provider]);
  const { type, urn, name } = provider;
  return { type, urn, name, props: propsOf(subject?.inputs ?? {}, proxy) };
}

function isTypeOf(type: string, resourceClass: unknown): boolean {
  const { __pulumiType, isInstance } = resourceClass as {
    __pulumiType?: string;
    isInstance?: (value: unknown) => boolean;
  };
  if (__pulumiType !== undefined && __pulumiType !== "") {
    return __pulumiType === type;
  }
  return typeof isInstance === "function" && isInstance({ __pulumiType: type }) === true;
}
