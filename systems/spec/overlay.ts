import { z } from "zod";

/** Any part of `T`, in any depth; `null` removes an entry. Lists and plain values are replaced whole. */
export type Overlay<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Overlay<T[K]> | null }
    : T;

/**
 * The schema of an {@link Overlay}. Zod 4 has no deep partial of its own. Defaults are dropped on the way: an overlay
 * holds only what it changes, and the merged system is validated whole.
 */
export function deepPartial(schema: z.ZodType): z.ZodType {
  const known = partials.get(schema);
  if (known) {
    return known;
  }
  const made = makePartial(schema);
  partials.set(schema, made);
  return made;
}

/** What is one schema in the spec stays one in the overlay: the JSON Schema then refers to it instead of repeating it. */
const partials = new WeakMap<z.ZodType, z.ZodType>();

function makePartial(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return deepPartial(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, field]) => [
      key,
      optionalPart(field),
    ]);
    return described(schema, z.strictObject(Object.fromEntries(shape)));
  }
  if (schema instanceof z.ZodRecord) {
    return described(
      schema,
      z.record(schema.keyType as z.ZodString, deepPartial(schema.valueType as z.ZodType).nullable()),
    );
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return described(schema, z.union((schema.options as z.ZodType[]).map((option) => deepPartial(option))));
  }
  return schema;
}

const optionalParts = new WeakMap<z.ZodType, z.ZodType>();

function optionalPart(field: z.ZodType): z.ZodType {
  const made = optionalParts.get(field) ?? described(field, deepPartial(field).nullable().optional());
  optionalParts.set(field, made);
  return made;
}

function described(from: z.ZodType, to: z.ZodType): z.ZodType {
  return from.description === undefined ? to : to.describe(from.description);
}

/** Lays `change` over `base`: objects merge, anything else is replaced, `null` removes. Neither input is modified. */
export function applyOverlay<T>(base: T, change: unknown): T {
  if (change === undefined) {
    return base;
  }
  if (!isPlainObject(change)) {
    return change as T;
  }
  const merged: Record<string, unknown> = isPlainObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) {
      delete merged[key];
    } else if (value !== undefined) {
      merged[key] = applyOverlay(merged[key], value);
    }
  }
  return merged as T;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
