/**
 * Readers for resource inputs. Inputs come from any program, so every shape is possible; a wrong shape reads as absent.
 *
 * Each reader touches only the fields asked for. During a preview an input may be a proxy that throws
 * UnknownValueError on reading an unknown, and that error is the rule's "deferred" verdict: nothing here catches it,
 * and nothing walks into fields that no rule asked about (no spread, no JSON.stringify).
 */
export type Props = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and indices, or undefined where the path leaves the objects. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** An object's own keys, without reading their values. */
export function keys(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** A list's elements, by index: iterating a proxied array costs one more proxy per step. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  const elements: unknown[] = [];
  for (let index = 0; index < value.length; index++) elements.push(value[index]);
  return elements;
}

/** Bridged providers accept a single object where their schema says "list with at most one". */
export function oneOrMany(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return list(value);
  return value === undefined || value === null ? [] : [value];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number, also when a program passed it as a numeric string. */
export function amount(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** True for `true` and for the string "true", which providers coerce. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

export function isFalse(value: unknown): boolean {
  return value === false || value === "false";
}

export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** A value for a message: short, and never a nested structure. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "unset";
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" ? "an object" : String(value);
}

/** Documents by their text: several rules ask for the same one. What they get is shared, and theirs to read only. */
const documents = new Map<string, unknown>();
const MAXIMUM_DOCUMENTS = 1024;

/** A policy document given as JSON text or as an object. Text that is not JSON reads as absent. */
export function document(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (!documents.has(value)) {
    if (documents.size >= MAXIMUM_DOCUMENTS) documents.clear();
    documents.set(value, parsed(value));
  }
  return documents.get(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
