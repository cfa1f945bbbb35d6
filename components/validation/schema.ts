import { z } from "zod";

/**
 * The keys a schema knows at a path. Zod names the keys it does not know, never the ones it does; a suggestion needs
 * both. Where several options of a union are still possible, all their keys count.
 */
export function knownKeys(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  let candidates = optionsOf(schema, value);
  let current = value;
  for (const part of path) {
    current = isRecord(current) ? current[part] : undefined;
    candidates = candidates
      .flatMap((candidate) => childOf(candidate, part))
      .flatMap((child) => optionsOf(child, current));
  }
  const keys = candidates.flatMap((candidate) =>
    candidate instanceof z.ZodObject ? Object.keys(candidate.shape) : [],
  );
  return [...new Set(keys)];
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
