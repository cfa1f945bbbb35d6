import type { z } from "zod";
import { InputError, type Problem, show } from "./errors";
import { homesOf, knownKeys } from "./validation/schema";
import { didYouMean } from "./validation/suggestions";

/** A path into a value, as zod and YAML documents write it. */
export type Path = readonly PropertyKey[];

/** Where an input stands, for the paths and sources of its problems. */
export interface InputOrigin {
  /** What paths start with: empty for a file, `groundplan:` for settings, `config` for a nested value. */
  readonly root: string;
  /** File the input came from, when no finer place is known. */
  readonly source?: string;
  /** File and line of a path, such as `system.yaml:12`. */
  readonly locate?: (path: Path) => string | undefined;
}

/** What {@link collectInput} found: the value with its defaults filled in, or everything wrong with it. */
export type Collected<T> = { readonly value: T; readonly problems: readonly [] } | InvalidInput;
export interface InvalidInput {
  readonly value: undefined;
  readonly problems: readonly Problem[];
}

/** Validates `value`; throws one {@link InputError} with every problem. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, origin: InputOrigin): z.output<S> {
  const collected = collectInput(schema, value, origin);
  if (collected.value === undefined && collected.problems.length > 0) {
    throw new InputError(collected.problems);
  }
  return collected.value as z.output<S>;
}

/** Validates `value` and returns the problems instead of throwing them. */
export function collectInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  origin: InputOrigin,
): Collected<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) {
    return { value: result.data, problems: [] };
  }
  const context = { schema, value, origin };
  return { value: undefined, problems: result.error.issues.flatMap((issue) => problemsOf(issue, [], context)) };
}

/** Writes a path the way a person would: `services.web.uses[0].to`, quoting what is no plain word. */
export function formatPath(path: Path, root = ""): string {
  let text = root;
  for (const part of path) {
    if (typeof part === "number") {
      text += `[${part}]`;
    } else if (/^[A-Za-z_][\w-]*$/.test(String(part))) {
      text += text === "" || text.endsWith(":") ? String(part) : `.${String(part)}`;
    } else {
      text += `[${JSON.stringify(String(part))}]`;
    }
  }
  return text === "" ? "(top level)" : text;
}

/** Reads a path that {@link formatPath} wrote. */
export function parsePath(text: string): Path {
  const parts = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z_][\w-]*)/g);
  return text === "(top level)"
    ? []
    : [...parts].map(([, index, quoted, word]) =>
        index !== undefined ? Number(index) : quoted !== undefined ? (JSON.parse(quoted) as string) : String(word),
      );
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, part) =>
      typeof current === "object" && current !== null && Object.hasOwn(current, part)
        ? (current as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

interface Context {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly origin: InputOrigin;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, prefix: Path, context: Context): readonly Problem[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(context.schema, context.value, path);
      return issue.keys.map((key) => problem(context, [...path, key], unknownKey(key, known, path, context)));
    }
    case "invalid_union":
      return unionProblems(issue, path, context);
    case "invalid_key": {
      // The key itself is wrong, not what stands under it.
      const key = String(path.at(-1));
      const [first] = issue.issues;
      return [{ ...problem(context, path, wordsOf(first ?? issue, key)), found: show(key) }];
    }
    default:
      return [problem(context, path, wordsOf(issue, valueAt(context.value, path)))];
  }
}

interface Words {
  readonly allowed: string;
  readonly fix: string;
}

function problem({ value, origin }: Context, path: Path, words: Words): Problem {
  const source = origin.locate?.(path) ?? origin.source;
  return {
    path: formatPath(path, origin.root),
    found: show(valueAt(value, path)),
    ...words,
    ...(source === undefined ? {} : { source }),
  };
}

function unknownKey(key: string, known: readonly string[], path: Path, context: Context): Words {
  return {
    allowed: known.length > 0 ? oneOf(known) : "no entries",
    fix: didYouMean(key, known) ?? misplaced(key, path, context) ?? "remove it, or check its indentation",
  };
}

/** A key that is right elsewhere: one level too high or too low is what indentation does. */
function misplaced(key: string, path: Path, { schema, value, origin }: Context): string | undefined {
  const homes = homesOf(schema, value, path, key).map((home) => formatPath(home, origin.root));
  return homes.length === 0 ? undefined : `did you mean ${homes.join(" or ")}?`;
}

/** Of a union's options, the one the author most likely meant; its problems say more than "invalid input". */
function unionProblems(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: Path,
  context: Context,
): readonly Problem[] {
  const found = valueAt(context.value, path);
  if (issue.errors.length === 0) {
    const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    return [problem(context, path, choice(found, options))];
  }
  const [closest] = issue.errors
    .map((issues, index) => ({ issues, index, distance: distanceOf(issues) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index);
  if (!closest || closest.issues.every((inner) => inner.path.length === 0 && inner.code === "invalid_type")) {
    const kinds = issue.errors.flatMap((issues) =>
      issues.flatMap((inner) => (inner.code === "invalid_type" ? [kindName(inner.expected)] : [])),
    );
    return [
      problem(context, path, { allowed: [...new Set(kinds)].join(" or "), fix: "write one of the allowed kinds" }),
    ];
  }
  return closest.issues.flatMap((inner) => problemsOf(inner, path, context));
}

/** How far a value is from an option of a union: a wrong kind of value or a wrong discriminator is furthest. */
function distanceOf(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    const wrongKind = issue.path.length === 0 && issue.code === "invalid_type";
    const wrongConstant = issue.code === "invalid_value" && issue.values.length === 1;
    const count = issue.code === "unrecognized_keys" ? issue.keys.length : 1;
    return sum + (wrongKind ? 1000 : wrongConstant ? 100 : count);
  }, 0);
}

function wordsOf(issue: Issue, found: unknown): Words {
  switch (issue.code) {
    case "invalid_type":
      return { allowed: kindName(issue.expected), fix: typeFix(issue.expected, found) };
    case "invalid_value":
      return choice(found, issue.values.map(String));
    case "too_small":
      return { allowed: `at least ${issue.minimum}${unitOf(issue.origin)}`, fix: `use ${issue.minimum} or more` };
    case "too_big":
      return { allowed: `at most ${issue.maximum}${unitOf(issue.origin)}`, fix: `use ${issue.maximum} or less` };
    case "custom": {
      const params: Record<string, unknown> = issue.params ?? {};
      return {
        allowed: textOr(params.allowed, issue.message),
        fix: textOr(params.fix, "change it to what is allowed"),
      };
    }
    default:
      return { allowed: issue.message, fix: "change it to what is allowed" };
  }
}

function choice(found: unknown, options: readonly string[]): Words {
  const fallback = found === undefined ? "add it" : "choose one of the allowed values";
  const suggestion = typeof found === "string" ? didYouMean(found, options) : undefined;
  return { allowed: oneOf(options), fix: suggestion ?? fallback };
}

function typeFix(expected: string, found: unknown): string {
  if (found === undefined) {
    return "add it";
  }
  const number = expected === "number" || expected === "int";
  if (
    typeof found === "string" &&
    ((number && /^-?\d+(\.\d+)?$/.test(found)) || (expected === "boolean" && /^(true|false)$/.test(found)))
  ) {
    return "remove the quotes";
  }
  if (expected === "string" && (typeof found === "number" || typeof found === "boolean")) {
    return "put it in quotes";
  }
  return `write ${kindName(expected)}`;
}

function kindName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a mapping",
    record: "a mapping",
  };
  return names[expected] ?? expected;
}

function unitOf(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " entries" : "";
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

export function oneOf(options: readonly string[]): string {
  return options.join(", ");
}
