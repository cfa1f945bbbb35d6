import { z } from "zod";

/**
 * The keys a schema knows at a path. Zod names the keys it does not know, never the ones it does; a suggestion needs
 * both. Where several options of a union are still possible, all their keys count.
 */
export function knownKeys(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  return keysOf(schemasAt(schema, value, path));
}

/**
 * Where a key belongs that is unknown at a path: below one of the keys that are known there (the nearest such places), or
 * in something around it. Empty where it is nowhere near, or in too many places to be of help.
 */
export function homesOf(
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
  key: string,
): readonly (readonly PropertyKey[])[] {
  const below = schemasAt(schema, value, path).flatMap((candidate) => pathsTo(candidate, key, 2));
  const nearest = Math.min(...below.map(({ length }) => length));
  const within = below.filter(({ length }) => length === nearest).map((found) => [...path, ...found]);
  const different = [...new Map(within.map((found) => [found.join("."), found])).values()];
  if (different.length > 0) {
    return different.length > 2 ? [] : different;
  }
  for (let length = path.length - 1; length >= 0; length -= 1) {
    const around = path.slice(0, length);
    if (keysOf(schemasAt(schema, value, around)).includes(key)) {
      return [[...around, key]];
    }
  }
  return [];
}

/** Paths to a key, as deep as some levels of mappings; names of a user's own are on none. */
function pathsTo(schema: z.ZodType, key: string, levels: number): readonly (readonly string[])[] {
  if (!(schema instanceof z.ZodObject)) {
    return [];
  }
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
  return fields.flatMap(([name, field]) => {
    if (name === key) {
      return [[name]];
    }
    return levels === 0
      ? []
      : optionsOf(field, undefined).flatMap((inner) => pathsTo(inner, key, levels - 1).map((rest) => [name, ...rest]));
  });
}

function keysOf(schemas: readonly z.ZodType[]): readonly string[] {
  return [...new Set(schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])))];
}

/** What a value at a path may be. */
function schemasAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly z.ZodType[] {
  let candidates = optionsOf(schema, value);
  let current = value;
  for (const part of path) {
    current = isRecord(current) ? current[part] : undefined;
    candidates = candidates
      .flatMap((candidate) => childOf(candidate, part))
      .flatMap((child) => optionsOf(child, current));
  }
  return candidates;
}

/** A schema without its wrappers, a union taken apart into the options the value may still be. */
function optionsOf(schema: z.ZodType, value: unknown): readonly z.ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return optionsOf(schema.unwrap() as z.ZodType, value);
  }
  if (schema instanceof z.ZodPipe) {
    return optionsOf(schema.in as z.ZodType, value);
  }
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).flatMap((option) => optionsOf(option, value));
    const fitting = options.filter((option) => literalsFit(option, value));
    return fitting.length > 0 ? fitting : options;
  }
  return [schema];
}

/** Whether the constants an option demands (its `kind`) are those of the value. */
function literalsFit(option: z.ZodType, value: unknown): boolean {
  if (!(option instanceof z.ZodObject) || !isRecord(value)) {
    return !isRecord(value);
  }
  return Object.entries(option.shape as Record<string, z.ZodType>).every(([key, field]) => {
    const [inner] = optionsOf(field, undefined);
    return !(inner instanceof z.ZodLiteral) || value[key] === undefined || inner.values.has(value[key] as never);
  });
}

function childOf(schema: z.ZodType, part: PropertyKey): readonly z.ZodType[] {
  if (schema instanceof z.ZodObject) {
    const field = (schema.shape as Record<PropertyKey, z.ZodType | undefined>)[part];
    return field ? [field] : [];
  }
  if (schema instanceof z.ZodRecord) {
    return [schema.valueType as z.ZodType];
  }
  if (schema instanceof z.ZodArray) {
    return [schema.element as z.ZodType];
  }
  return [];
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
