import type { RecordedResource } from "./goal";
import { isObject, mapValues, SECRET, signatureOf, type Wire, type WireObject } from "./wire";

/** What stands for a secret whose ciphertext only its stack's key opens: present, and no rule needs to know more. */
const STAND_IN = "[secret]";

/** The resources of a state exported by `pulumi stack export`, for the policy packs. */
export function resourcesFromState(entries: readonly unknown[]): readonly RecordedResource[] {
  return entries.filter(isStateResource).map((entry) => ({
    urn: entry.urn,
    type: entry.type,
    name: entry.urn.slice(entry.urn.lastIndexOf("::") + 2),
    custom: entry.custom === true,
    parent: text(entry.parent),
    provider: text(entry.provider),
    inputs: properties(entry.inputs),
    outputs: properties(entry.outputs),
    dependencies: texts(entry.dependencies),
    propertyDependencies: isObject(entry.propertyDependencies as Wire)
      ? mapValues(entry.propertyDependencies as Readonly<Record<string, unknown>>, texts)
      : {},
    options: {
      ...(entry.protect === true ? { protect: true } : {}),
      ...(entry.retainOnDelete === true ? { retainOnDelete: true } : {}),
      ...(Array.isArray(entry.aliases) ? { aliases: texts(entry.aliases) } : {}),
    },
    id: text(entry.id) ?? "",
  }));
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Resources on their way out are pending deletion: nothing is asked of them any more. */
function isStateResource(entry: unknown): entry is StateResource {
  const candidate = entry as Partial<StateResource> | null;
  return typeof candidate?.urn === "string" && typeof candidate.type === "string" && candidate.delete !== true;
}

function properties(value: unknown): WireObject {
  return isObject(value as Wire) ? mapValues(value as WireObject, opened) : {};
}

function opened(value: Wire): Wire {
  if (Array.isArray(value)) {
    return value.map(opened);
  }
  if (!isObject(value)) {
    return value;
  }
  return signatureOf(value) === SECRET ? STAND_IN : mapValues(value, opened);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
