import type { GoalOptions, RecordedResource } from "./goal";
import { parseProviderReference, ROOT_STACK_TYPE } from "./urn";
import {
  isObject,
  mapValues,
  OUTPUT,
  RESOURCE,
  SECRET,
  signatureOf,
  UNKNOWN,
  type Wire,
  type WireObject,
} from "./wire";

/** The options a policy may read. */
export interface SubjectOptions {
  readonly protect: boolean;
  readonly ignoreChanges: string[];
  readonly deleteBeforeReplace?: boolean;
  readonly aliases: string[];
  readonly customTimeouts: {
    readonly createSeconds: number;
    readonly updateSeconds: number;
    readonly deleteSeconds: number;
  };
  readonly additionalSecretOutputs: string[];
  readonly parent?: string;
}

/** The properties and options of a resource in the form the engine gives them to a policy pack. */
export interface PolicySubject {
  readonly resource: RecordedResource;
  /** What was asked for: resource policies read these. */
  readonly inputs: WireObject;
  /** What came of it: stack policies read these. */
  readonly outputs: WireObject;
  readonly options: SubjectOptions;
  readonly provider: RecordedResource | undefined;
}

/** Prepares a run's resources for any number of rules: everything is converted once. */
export function policySubjects(resources: readonly RecordedResource[]): readonly PolicySubject[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.map((resource) => ({
    resource,
    inputs: mapValues(resource.inputs, plain),
    outputs: mapValues(resource.outputs, plain),
    options: optionsOf(resource),
    provider: resource.provider === undefined ? undefined : byUrn.get(parseProviderReference(resource.provider).urn),
  }));
}

/** The stack's own URN: what a finding about no single resource is about. */
export function stackUrn(resources: readonly RecordedResource[]): string {
  return resources.find((resource) => resource.type === ROOT_STACK_TYPE)?.urn ?? "";
}

/** Policies see values without the protocol's marks, except for assets: a secret's value, a reference's id or URN. */
export function plain(value: Wire): Wire {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (!isObject(value)) {
    return value;
  }
  switch (signatureOf(value)) {
    case SECRET:
      return plain(value.value ?? null);
    case OUTPUT:
      return "value" in value ? plain(value.value ?? null) : UNKNOWN;
    case RESOURCE:
      return "id" in value ? (value.id === "" ? UNKNOWN : plain(value.id ?? null)) : (value.urn ?? null);
    default:
      return mapValues(value, plain);
  }
}

function optionsOf({ options, parent }: RecordedResource): SubjectOptions {
  return {
    protect: options.protect ?? false,
    ignoreChanges: [...(options.ignoreChanges ?? [])],
    ...(options.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: options.deleteBeforeReplace }),
    aliases: (options.aliases ?? []).filter((alias) => typeof alias === "string"),
    customTimeouts: {
      createSeconds: seconds(options.customTimeouts?.create),
      updateSeconds: seconds(options.customTimeouts?.update),
      deleteSeconds: seconds(options.customTimeouts?.delete),
    },
    additionalSecretOutputs: [...(options.additionalSecretOutputs ?? [])],
    ...(parent === undefined ? {} : { parent }),
  };
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** A Go duration, as `1h30m`, in seconds. */
export function seconds(duration: string | undefined): number {
  let total = 0;
  for (const [, amount = "0", unit = "s"] of (duration ?? "").matchAll(/([0-9.]+)(h|ms|m|s|us|µs|ns)/g)) {
    total += Number(amount) * (UNITS[unit] ?? 0);
  }
  return total;
}

/** A plan's resource, as a plan file holds it. */
interface Planned {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string | null;
  readonly provider: string | null;
  readonly inputs: { readonly [key: string]: unknown };
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly options: { readonly [key: string]: unknown };
}

/** A plan file's resources for the policy packs. What the file keeps back is unknown, or a stand-in where it was known. */
export function resourcesFromPlan(plan: { readonly resources: readonly Planned[] }): readonly RecordedResource[] {
  return plan.resources.map((planned) => {
    const inputs = mapValues(planned.inputs, fromPlanValue);
    return {
      urn: planned.urn,
      type: planned.type,
      name: planned.name,
      custom: planned.custom,
      parent: planned.parent ?? undefined,
      provider: planned.provider === null ? undefined : `${planned.provider}::${UNKNOWN}`,
      inputs,
      dependencies: planned.dependencies,
      propertyDependencies: planned.propertyDependencies,
      options: mapValues(planned.options, fromPlanValue) as unknown as GoalOptions,
      id: "",
      outputs: inputs,
    };
  });
}

const STAND_INS: Readonly<Record<string, Wire>> = {
  string: "[secret]",
  number: 0,
  boolean: false,
  array: [],
  object: {},
  null: null,
};

function fromPlanValue(value: unknown): Wire {
  if (Array.isArray(value)) {
    return value.map(fromPlanValue);
  }
  if (typeof value !== "object" || value === null) {
    return value as Wire;
  }
  const object = value as Record<string, unknown>;
  switch (object.$) {
    case "secret":
      return object.known === true ? (STAND_INS[String(object.type)] ?? "[secret]") : UNKNOWN;
    case "map":
      return mapValues(object.entries as Record<string, unknown>, fromPlanValue);
    case "resource":
      return String(object.urn);
    case "unknown":
    case "asset":
    case "archive":
      return UNKNOWN;
    default:
      return mapValues(object, fromPlanValue);
  }
}
