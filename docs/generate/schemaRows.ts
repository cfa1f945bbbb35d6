import { parse } from "yaml";
import { z } from "zod";
import { type Words, wordsOf } from "../../systems/spec/primitives";

/** One field of a schema, as a page shows it. */
export interface Row {
  /** Where it stands; NAME is a name of the user's own, and [] an entry of a list. */
  readonly path: string;
  /** Kinds of the object around it that have the field, where not all of them do. */
  readonly kinds: readonly string[];
  /** What it may be, in words. */
  readonly type: string;
  /** The kind of text it is, where many fields share it. */
  readonly term: Words | undefined;
  /** What it is when absent; undefined where that is nothing, or for the description to say. */
  readonly preset: unknown;
  readonly required: boolean;
  readonly unit: string | undefined;
  readonly description: string | undefined;
  /** A value it may have; undefined where only its parts have one. */
  readonly example: unknown;
}

/** A schema that has a page of its own: what is shown in its place. */
export interface Elsewhere {
  readonly schema: z.ZodType;
  readonly type: string;
}

interface Field {
  readonly schema: z.ZodType;
  readonly preset: unknown;
  readonly required: boolean;
  readonly description: string | undefined;
}

/** A schema without what only says that it may be absent. */
function unwrap(schema: z.ZodType): Field {
  const { description } = schema;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodNonOptional) {
    const inner = unwrap(schema.unwrap() as z.ZodType);
    const required = schema instanceof z.ZodNonOptional;
    return { ...inner, required, description: description ?? inner.description };
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = unwrap(schema.unwrap() as z.ZodType);
    const preset = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
    return { ...inner, preset, required: false, description: description ?? inner.description };
  }
  return { schema, preset: undefined, required: true, description };
}

/** Every field of an object's schema, in its order, with what is in it after it. */
export function rowsOf(schema: z.ZodType, elsewhere: readonly Elsewhere[] = []): readonly Row[] {
  return mergeKinds(childrenOf(schema).flatMap(({ step, field, kinds }) => walk(step, field, kinds, elsewhere)));
}

function walk(
  path: string,
  field: z.ZodType,
  kinds: readonly string[],
  elsewhere: readonly Elsewhere[],
): readonly Row[] {
  const { schema, ...facts } = unwrap(field);
  const other = elsewhere.find((candidate) => candidate.schema === schema);
  const row: Row = {
    ...facts,
    // An entry is there because somebody named it.
    required: facts.required && !/(\[\]|\.NAME)$/.test(path),
    path,
    kinds,
    type: other?.type ?? typeOf(schema),
    term: termOf(schema),
    unit: unitOf(path, schema),
    example: other ? undefined : exampleOf(schema, facts.preset),
  };
  if (other) {
    return [row];
  }
  const inner = childrenOf(schema).flatMap((child) => {
    const within = child.kinds.length > 0 ? child.kinds : kinds;
    return walk(`${path}${child.step.startsWith("[") ? "" : "."}${child.step}`, child.field, within, elsewhere);
  });
  // An entry of a list or a record is no row of its own where only its parts say something.
  return /(\[\]|\.NAME)$/.test(path) && facts.description === undefined ? inner : [row, ...inner];
}

interface Child {
  readonly step: string;
  readonly field: z.ZodType;
  readonly kinds: readonly string[];
}

function childrenOf(schema: z.ZodType): readonly Child[] {
  if (isWords(schema)) {
    return [];
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Record<string, z.ZodType>).map(([step, field]) => ({
      step,
      field,
      kinds: [],
    }));
  }
  if (schema instanceof z.ZodRecord) {
    return scalar(schema.valueType as z.ZodType)
      ? []
      : [{ step: "NAME", field: schema.valueType as z.ZodType, kinds: [] }];
  }
  if (schema instanceof z.ZodArray) {
    return scalar(schema.element as z.ZodType) ? [] : [{ step: "[]", field: schema.element as z.ZodType, kinds: [] }];
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return (schema.options as z.ZodObject[]).flatMap((option) => {
      const kind = kindOf(option);
      return childrenOf(option).map((child) => ({ ...child, kinds: [kind] }));
    });
  }
  return schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]).flatMap(childrenOf) : [];
}

/** Whether a value is shown whole, in its list's or record's own row. */
function scalar(element: z.ZodType): boolean {
  return childrenOf(unwrap(element).schema).length === 0 && element.description === undefined;
}

function kindOf(option: z.ZodObject): string {
  const { kind } = option.shape as Record<string, z.ZodType>;
  return kind instanceof z.ZodLiteral ? String([...kind.values][0]) : "";
}

/** Fields that several kinds of an object have, once each; those of all kinds name none. */
function mergeKinds(rows: readonly Row[]): readonly Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const { kinds, ...facts } = row;
    // A kind's own name is what tells the kinds apart: one row for all of them.
    const key = facts.type.startsWith("constant") ? facts.path : JSON.stringify(facts);
    const earlier = merged.get(key);
    const type = earlier && earlier.type !== row.type ? `${earlier.type}, ${row.type}` : row.type;
    merged.set(key, { ...row, type, kinds: [...(earlier?.kinds ?? []), ...kinds] });
  }
  const all = [...merged.values()];
  return all.map((row) => {
    const root = row.path.split(".").slice(0, 2).join(".");
    const every = new Set(all.filter(({ path }) => path.startsWith(`${root}.`)).flatMap(({ kinds }) => kinds));
    return { ...row, kinds: row.kinds.length === every.size ? [] : row.kinds };
  });
}

/** The shared kind of text of a field, of the entries of a list, or of the values of a mapping. */
function termOf(schema: z.ZodType): Words | undefined {
  const inner =
    schema instanceof z.ZodArray
      ? unwrap(schema.element as z.ZodType).schema
      : schema instanceof z.ZodRecord
        ? unwrap(schema.valueType as z.ZodType).schema
        : schema;
  const words = wordsOf.get(inner);
  return words?.term === undefined ? undefined : words;
}

function isWords(schema: z.ZodType): boolean {
  return wordsOf.get(schema) !== undefined;
}

function typeOf(schema: z.ZodType): string {
  const words = wordsOf.get(schema);
  if (words) {
    return words.term === undefined ? words.allowed : `[${words.term}](#kinds-of-text)`;
  }
  if (schema instanceof z.ZodEnum) {
    return (schema.options as string[]).map((option) => `\`${option}\``).join(", ");
  }
  if (schema instanceof z.ZodLiteral) {
    return `constant \`${String([...schema.values][0])}\``;
  }
  if (schema instanceof z.ZodBoolean) {
    return "`true` or `false`";
  }
  if (schema instanceof z.ZodNumber) {
    return `whole number, ${schema.minValue} to ${bounded(schema.maxValue) ? String(schema.maxValue) : "any"}`;
  }
  if (schema instanceof z.ZodURL) {
    return "a URL";
  }
  if (schema instanceof z.ZodISODateTime) {
    return "a moment, with its time zone";
  }
  if (schema instanceof z.ZodString) {
    return schema.maxLength === null ? "text" : `text, at most ${schema.maxLength} characters`;
  }
  if (schema instanceof z.ZodArray) {
    return `list of ${many(schema.element as z.ZodType)}`;
  }
  if (schema instanceof z.ZodRecord) {
    return `by name: ${many(schema.valueType as z.ZodType)}`;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return `one of the kinds ${(schema.options as z.ZodObject[]).map((option) => `\`${kindOf(option)}\``).join(", ")}`;
  }
  if (schema instanceof z.ZodUnion) {
    return (schema.options as z.ZodType[]).map((option) => typeOf(unwrap(option).schema)).join("; or ");
  }
  return "mapping";
}

const bounded = (value: number | null) => value !== null && value < Number.MAX_SAFE_INTEGER;

function many(element: z.ZodType): string {
  const { schema } = unwrap(element);
  return schema instanceof z.ZodObject ? "mappings" : schema instanceof z.ZodBoolean ? "true or false" : typeOf(schema);
}

/** What the end of a field's name says it counts in. */
const UNITS: Readonly<Record<string, string>> = {
  days: "days",
  seconds: "seconds",
  percent: "percent",
  gib: "GiB",
  usd: "US dollars",
  // A name of something, of which there are no more and no fewer.
  port: "",
  index: "",
  user: "",
  group: "",
};

function unitOf(path: string, schema: z.ZodType): string | undefined {
  const [end = ""] = /(GiB|[A-Z]?[a-z]+)$/.exec(path) ?? [];
  if (!(schema instanceof z.ZodNumber)) {
    return wordsOf.get(schema)?.unit;
  }
  return (UNITS[end.toLowerCase()] ?? "count") || undefined;
}

/** A value the schema takes, another than the default where there is one; undefined where it needs a text of its own. */
export function exampleOf(schema: z.ZodType, preset?: unknown): unknown {
  const words = wordsOf.get(schema);
  if (words) {
    // What a text stands for, such as a secret, is no text itself in a file.
    return schema instanceof z.ZodPipe ? (parse(words.example) as unknown) : words.example;
  }
  if (schema instanceof z.ZodEnum) {
    return schema.options.find((option) => option !== preset);
  }
  if (schema instanceof z.ZodBoolean) {
    return preset !== true;
  }
  if (schema instanceof z.ZodNumber) {
    return preset ?? schema.minValue;
  }
  if (schema instanceof z.ZodLiteral) {
    return [...schema.values][0];
  }
  if (schema instanceof z.ZodArray) {
    const element = scalar(schema.element as z.ZodType)
      ? exampleOf(unwrap(schema.element as z.ZodType).schema)
      : undefined;
    return element === undefined ? undefined : [element];
  }
  return undefined;
}
