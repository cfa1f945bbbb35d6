import type { RecordedResource } from "./goal";
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

/** Whether a program only reads a resource: what it does not make, the engine shows to stack policies alone. */
export function isRead({ options }: RecordedResource): boolean {
  return options.readId !== undefined;
}

/** Prepares a run's resources for any number of rules: everything is converted once, and only when a rule reads it. */
export function policySubjects(resources: readonly RecordedResource[]): readonly PolicySubject[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.map((resource) => {
    let inputs: WireObject | undefined;
    let outputs: WireObject | undefined;
    let options: SubjectOptions | undefined;
    return {
      resource,
      get inputs() {
        inputs ??= mapValues(resource.inputs, plain);
        return inputs;
      },
      get outputs() {
        outputs ??= mapValues(resource.outputs, plain);
        return outputs;
      },
      get options() {
        options ??= optionsOf(resource);
        return options;
      },
      provider: resource.provider === undefined ? undefined : byUrn.get(parseProviderReference(resource.provider).urn),
    };
  });
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
