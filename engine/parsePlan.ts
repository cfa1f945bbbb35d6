import type { Plan } from "./plan";
import { isObject } from "./wire";

/** A plan file that is not one, with everything that is wrong with it. */
export class PlanFileError extends Error {
  override readonly name = "PlanFileError";

  constructor(
    readonly problems: readonly { readonly path: string; readonly found: string; readonly allowed: string }[],
  ) {
    super(problems.map(({ path, found, allowed }) => `${path}: found ${found}, allowed ${allowed}`).join("\n"));
  }
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const textOrNull: Check = (value) => value === null || text(value);
const list: Check = Array.isArray;
const map: Check = isObject;

const FIELDS: readonly (readonly [string, string, Check])[] = [
  ["version", "1", (value) => value === 1],
  ["project", "a text", text],
  ["stack", "a text", text],
  ["system", "a text", text],
  ["environment", "a text", text],
  ["model", "a text", text],
  ["mode", '"preview" or "simulate"', (value) => value === "preview" || value === "simulate"],
  ["configHash", "a text", text],
  ["placements", "a list", list],
  ["providers", "a map", map],
  ["resources", "a list", list],
  ["edges", "a list", list],
  ["degraded", "a list", list],
  ["outputs", "a map", map],
  ["diagnostics", "a list", list],
  ["policies", "a map", map],
];

const RESOURCE_FIELDS: readonly (readonly [string, string, Check])[] = [
  ["urn", "a URN", (value) => typeof value === "string" && value.startsWith("urn:pulumi:")],
  ["type", "a text", text],
  ["name", "a text", text],
  ["custom", "true or false", (value) => typeof value === "boolean"],
  ["parent", "a URN or null", textOrNull],
  ["provider", "a URN or null", textOrNull],
  ["placement", "a text or null", textOrNull],
  ["layer", "a text or null", textOrNull],
  ["inputs", "a map", map],
  ["dependencies", "a list", list],
  ["propertyDependencies", "a map", map],
  ["options", "a map", map],
];

/** Reads a plan file. Throws a PlanFileError with every problem at once. */
export function parsePlan(content: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new PlanFileError([
      { path: "the file", found: `what is not JSON (${(error as Error).message})`, allowed: "a plan" },
    ]);
  }
  const problems = [...check(value, "", FIELDS)];
  const resources: readonly unknown[] = isObject(value) && Array.isArray(value.resources) ? value.resources : [];
  for (const [at, resource] of resources.entries()) {
    problems.push(...check(resource, `resources[${at}].`, RESOURCE_FIELDS));
  }
  if (problems.length > 0) {
    throw new PlanFileError(problems);
  }
  return value as Plan;
}

function check(value: unknown, prefix: string, fields: typeof FIELDS) {
  const object: { readonly [key: string]: unknown } = isObject(value) ? value : {};
  return fields.flatMap(([name, allowed, holds]) =>
    holds(object[name]) ? [] : [{ path: `${prefix}${name}`, found: show(object[name]), allowed }],
  );
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}
