import type { PolicyConfigSchema } from "@pulumi/policy";
import { isObject } from "./read";

type Schema = PolicyConfigSchema["properties"][string];

/** One value that is not what a schema allows. */
export interface SchemaProblem {
  /** Where in the value: `maxima.production.cpu`, `exemptions[0].expires`; empty for the value itself. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}

/** The keywords rules' configs use. A schema with another one would be checked only in part, so a test refuses it. */
export const KEYWORDS: readonly string[] = [
  "type",
  "enum",
  "minimum",
  "maximum",
  "minLength",
  "pattern",
  "items",
  "properties",
  "required",
  "additionalProperties",
  "default",
  "description",
];

/**
 * All that is wrong with a value. The Pulumi CLI asks the same of a config file before it starts a pack; nobody asks it
 * of a config that comes another way.
 */
export function schemaProblems(value: unknown, schema: Schema, path = ""): readonly SchemaProblem[] {
  const wrong = (allowed: string): readonly SchemaProblem[] => [{ path, found: found(value), allowed }];
  if (schema.type !== undefined && !isOfType(value, String(schema.type))) {
    return wrong(schema.enum ? choice(schema.enum) : nameOf(String(schema.type)));
  }
  if (schema.enum && !schema.enum.includes(value as never)) return wrong(choice(schema.enum));
  if (typeof value === "number") {
    if (schema.minimum !== undefined && value < schema.minimum) return wrong(`${schema.minimum} or more`);
    if (schema.maximum !== undefined && value > schema.maximum) return wrong(`${schema.maximum} or less`);
  }
  if (typeof value === "string") {
    if (schema.minLength !== undefined && value.trim().length < schema.minLength) {
      return wrong(`${schema.minLength} ${schema.minLength === 1 ? "character" : "characters"} or more`);
    }
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
      return wrong(schema.description ?? `text that matches ${schema.pattern}`);
    }
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items)
      ? value.flatMap((entry, index) => schemaProblems(entry, items as Schema, `${path}[${index}]`))
      : [];
  }
  return isObject(value) ? objectProblems(value, schema, path) : [];
}

function objectProblems(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
): readonly SchemaProblem[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const inside = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const missing = (schema.required ?? [])
    .filter((key) => value[key] === undefined)
    .map((key) => ({ path: inside(key), found: "nothing", allowed: "a value" }));
  const wrong = Object.entries(value).flatMap(([key, entry]) => {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own !== undefined) return entry === undefined ? [] : schemaProblems(entry, own, inside(key));
    const others = schema.additionalProperties;
    if (others === false) {
      return [
        { path: inside(key), found: found(entry), allowed: `no other than ${Object.keys(properties).join(", ")}` },
      ];
    }
    return isObject(others) ? schemaProblems(entry, others as Schema, inside(key)) : [];
  });
  return [...missing, ...wrong];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    default:
      return typeof value === type;
  }
}

function nameOf(type: string): string {
  const names: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    integer: "a whole number",
    object: "an object",
    string: "text",
  };
  return names[type] ?? `a ${type}`;
}

function choice(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

function found(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
