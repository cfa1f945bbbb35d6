import type { GoalOptions, RecordedResource } from "./goal";
import { mapValues, UNKNOWN, type Wire } from "./wire";

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
      options: mapValues(planned.options, fromPlanValue) as GoalOptions,
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
