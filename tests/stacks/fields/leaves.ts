import { z } from "zod";

/** One field of the language: where the language has it, and where an input that has one of everything holds it. */
export interface Leaf {
  /** Path in the language: `*` for a name, `[]` for a position, `(kind)` for a kind of service or store. */
  readonly field: string;
  /** Path in the input. */
  readonly at: readonly (string | number)[];
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** Every field of the language below a schema, whether or not an input gives it a value. */
export function fieldsOf(schema: z.ZodType, field = ""): readonly string[] {
  return [...new Set(walk(schema, field, undefined, [], true).map((leaf) => leaf.field))];
}

/** Every field that a value has. */
export function leavesOf(schema: z.ZodType, value: unknown): readonly Leaf[] {
  return walk(schema, "", value, [], false);
}

/** With `all`, every field of the language is walked, whether the value has it or not. */
function walk(schema: z.ZodType, field: string, value: unknown, at: Leaf["at"], all: boolean): readonly Leaf[] {
  const inner = unwrapped(schema);
  if (value === undefined && !all) {
    return [];
  }
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([key, part]) =>
      key === "kind" && unwrapped(part) instanceof z.ZodLiteral
        ? []
        : walk(part, field === "" ? key : `${field}.${key}`, partOf(value, key), [...at, key], all),
    );
  }
  if (inner instanceof z.ZodDiscriminatedUnion || inner instanceof z.ZodUnion) {
    return (inner.options as readonly z.ZodType[]).flatMap((option) => {
      const kind = kindOf(option);
      const fits = all || (kind === undefined ? option.safeParse(value).success : partOf(value, "kind") === kind);
      return fits ? walk(option, kind === undefined ? field : `${field}(${kind})`, value, at, all) : [];
    });
  }
  if (inner instanceof z.ZodRecord && !isPlain(inner.valueType as z.ZodType)) {
    const entries = all ? [["*", undefined] as const] : Object.entries(value as Record<string, unknown>);
    return entries.flatMap(([key, entry]) =>
      walk(inner.valueType as z.ZodType, `${field}.*`, entry, [...at, key], all),
    );
  }
  if (inner instanceof z.ZodArray && !isPlain(inner.element as z.ZodType)) {
    const entries = all ? [undefined] : (value as readonly unknown[]);
    return entries.flatMap((entry, index) =>
      walk(inner.element as z.ZodType, `${field}[]`, entry, [...at, index], all),
    );
  }
  return [{ field, at, schema: inner, value }];
}

/** Whether a part is a value by itself: its list or map is then one field. */
function isPlain(schema: z.ZodType): boolean {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodNumber;
}

function kindOf(option: z.ZodType): string | undefined {
  const literal =
    option instanceof z.ZodObject
      ? unwrapped((option.shape as Record<string, z.ZodType>).kind ?? z.never())
      : undefined;
  return literal instanceof z.ZodLiteral ? String(literal.value) : undefined;
}

/** What a schema is of, without what says that it may be absent. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

function partOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
