import { createRequire } from "node:module";
import type {
  PolicyPackArgs,
  PolicyPackConfig,
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationArgs,
} from "@pulumi/policy";
import { type Rule, toPolicies } from "../../policies";

/**
 * Runs rules the way the analyzer's server does: inputs go through its own deserializer and its proxy that throws on
 * unknowns. Both are internal to the SDK, so they are taken by file and given types here.
 */
const load = createRequire(__filename);
const { deserializeProperties, serializeProperties } = load("@pulumi/policy/deserialize") as {
  deserializeProperties(struct: { toJavaScript(): object }, proxySecrets: boolean): Record<string, unknown>;
  serializeProperties(props: Record<string, unknown>): Promise<Record<string, unknown>>;
};
const { unknownCheckingProxy, UnknownValueError, unknownStringValue } = load("@pulumi/policy/proxy") as {
  unknownCheckingProxy(props: Record<string, unknown>): Record<string, unknown>;
  UnknownValueError: new (...args: never[]) => Error;
  unknownStringValue: string;
};
const { Struct } = load("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: object): { toJavaScript(): object } };
};

/** What the SDK sends in a preview for an output nobody knows yet. */
export const UNKNOWN = unknownStringValue;
/** As a mutation's value: removes the property, or with the path "" the whole resource. */
export const DELETE = Symbol("delete");

export interface TestResource {
  readonly type: string;
  readonly name?: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Per property, the indices of the resources its value was made from. */
  readonly refs?: Readonly<Record<string, readonly number[]>>;
  readonly protect?: boolean;
  /** Index of its provider among the resources. */
  readonly provider?: number;
}

export interface Outcome {
  readonly rule: string;
  readonly status: "violation" | "deferred" | "notApplicable";
  readonly message: string;
  readonly urn?: string;
}

class NotApplicable extends Error {}

export function urnOf(resource: TestResource): string {
  return `urn:pulumi:test::project::${resource.type}::${resource.name ?? "subject"}`;
}

export function evaluate(
  rules: readonly Rule[],
  resources: readonly TestResource[],
  config: PolicyPackConfig = {},
): readonly Outcome[] {
  return evaluatePolicies(
    toPolicies(rules, () => "2026-06-15"),
    resources,
    config,
  );
}

export function evaluatePolicies(
  policies: PolicyPackArgs["policies"],
  resources: readonly TestResource[],
  config: PolicyPackConfig = {},
): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (const policy of policies) {
    const getConfig = <T extends object>(): T => {
      const entry = config[policy.name];
      return (typeof entry === "object" ? { ...entry } : {}) as T;
    };
    const run = (urn: string | undefined, check: () => unknown): void => {
      try {
        check();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof UnknownValueError) outcomes.push({ rule: policy.name, status: "deferred", message, urn });
        else if (error instanceof NotApplicable) {
          outcomes.push({ rule: policy.name, status: "notApplicable", message, urn });
        } else throw error;
      }
    };
    const notApplicable = (reason?: string): never => {
      throw new NotApplicable(reason);
    };
    if ("validateStack" in policy) {
      const all = stackResources(resources);
      run(undefined, () =>
        policy.validateStack({ resources: all, stackTags: new Map(), getConfig, notApplicable }, (message, urn) => {
          outcomes.push({ rule: policy.name, status: "violation", message, urn });
        }),
      );
      continue;
    }
    for (const resource of resources) {
      const validate = policy.validateResource;
      if (typeof validate !== "function") throw new Error(`${policy.name} has no single validateResource`);
      const urn = urnOf(resource);
      const args: ResourceValidationArgs = {
        type: resource.type,
        name: resource.name ?? "subject",
        urn,
        props: proxied(resource),
        opts: options(resource),
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig,
        notApplicable,
      };
      run(urn, () =>
        validate(args, (message) => {
          outcomes.push({ rule: policy.name, status: "violation", message, urn });
        }),
      );
    }
  }
  return outcomes;
}

/** What the analyzer's server sends back after remedies: secrets still marked, unknown values still unknown. */
export async function remediatedWire(rules: readonly Rule[], resource: TestResource): Promise<unknown> {
  const own = remediate(rules, resource, {}, true);
  return own && serializeProperties(unknownCheckingProxy(own));
}

/** The inputs after the rules' remedies, as the analyzer's server runs them; undefined where none changes anything. */
export function remediate(
  rules: readonly Rule[],
  resource: TestResource,
  config: PolicyPackConfig = {},
  proxySecrets = false,
): Record<string, unknown> | undefined {
  const own = deserializeProperties(Struct.fromJavaScript(resource.props), proxySecrets);
  let changed = false;
  for (const policy of toPolicies(rules, () => "2026-06-15")) {
    if (!("remediateResource" in policy) || policy.remediateResource === undefined) continue;
    const entry = config[policy.name];
    try {
      const result = policy.remediateResource({
        type: resource.type,
        name: resource.name ?? "subject",
        urn: urnOf(resource),
        props: unknownCheckingProxy(own),
        opts: options(resource),
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig: <T extends object>() => (typeof entry === "object" ? { ...entry } : {}) as T,
        notApplicable: (reason?: string): never => {
          throw new NotApplicable(reason);
        },
      });
      changed ||= result !== undefined;
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
    }
  }
  return changed ? own : undefined;
}

export function proxied(resource: TestResource): Record<string, unknown> {
  return unknownCheckingProxy(deserializeProperties(Struct.fromJavaScript(resource.props), false));
}

function options(resource: TestResource): PolicyResourceOptions {
  return {
    protect: resource.protect ?? false,
    ignoreChanges: [],
    aliases: [],
    additionalSecretOutputs: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  };
}

function stackResources(resources: readonly TestResource[]): PolicyResource[] {
  const all: PolicyResource[] = resources.map((resource) => ({
    type: resource.type,
    name: resource.name ?? "subject",
    urn: urnOf(resource),
    props: proxied(resource),
    opts: options(resource),
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  }));
  resources.forEach((resource, index) => {
    const maker = resource.provider === undefined ? undefined : all[resource.provider];
    const made = all[index];
    if (made && maker) made.provider = { type: maker.type, name: maker.name, urn: maker.urn, props: maker.props };
    for (const [property, targets] of Object.entries(resource.refs ?? {})) {
      const own = all[index];
      if (!own) continue;
      own.propertyDependencies[property] = targets.flatMap((target) => all[target] ?? []);
    }
  });
  return all;
}

/** One change to one resource of a list; everything else stays as it was. */
export interface Mutation {
  /** A dotted path, or its parts where a key holds a dot; "" for the resource itself. */
  readonly at: string | readonly (string | number)[];
  readonly to: unknown;
  /** Index of the resource, 0 by default. */
  readonly on?: number;
  /** Changes the `protect` option instead of a property. */
  readonly protect?: boolean;
}

export function mutate(
  resources: readonly TestResource[],
  { at, to, on = 0, protect }: Mutation,
): readonly TestResource[] {
  if (protect !== undefined) {
    return resources.map((resource, index) => (index === on ? { ...resource, protect } : resource));
  }
  if (at === "") return resources.filter((_, index) => index !== on);
  return resources.map((resource, index) =>
    index === on
      ? { ...resource, props: set(resource.props, typeof at === "string" ? at.split(".") : at, to) }
      : resource,
  );
}

function set<T>(target: T, [key, ...rest]: readonly (string | number)[], to: unknown): T {
  if (key === undefined) return to as T;
  if (Array.isArray(target)) {
    const copy: unknown[] = [...target];
    const index = Number(key);
    if (rest.length === 0 && to === DELETE) copy.splice(index, 1);
    else copy[index] = set(copy[index], rest, to);
    return copy as T;
  }
  const copy: Record<string, unknown> = { ...(target as Record<string, unknown> | undefined) };
  if (rest.length === 0 && to === DELETE) delete copy[key];
  else copy[key] = set(copy[key], rest, to);
  return copy as T;
}
