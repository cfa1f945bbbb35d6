import type { z } from "zod";
import { type Problem, show } from "../errors";
import {
  type Collected,
  collectInput,
  formatPath,
  type InputOrigin,
  type Path,
  parsePath,
  valueAt,
} from "../validation";
import { guessKinds } from "./choices";

/** Every problem of an input: those of its fields, and those between them that `check` finds. */
export function collectChecked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  origin: InputOrigin,
  check: (parsed: z.output<S>) => readonly Problem[],
): Collected<z.output<S>> {
  const collected = collectInput(schema, value, origin);
  if (collected.value !== undefined) {
    const problems = check(collected.value).map((problem) => located(problem, origin));
    return problems.length === 0 ? collected : { value: undefined, problems };
  }
  const guessed = guessKinds(schema, value);
  if (guessed) {
    // A kind that is none hides every other mistake of its object, and those of what talks to it.
    const rest = collectChecked(schema, guessed.value, origin, check).problems;
    const seen = new Set(rest.map(({ path }) => path));
    return { value: undefined, problems: [...collected.problems.filter(({ path }) => !seen.has(path)), ...rest] };
  }
  // A wrong field must not hide what is wrong elsewhere: mended for the moment, the rest can still be checked.
  const mended = mend(schema, value);
  if (!mended) {
    return collected;
  }
  const scopes = [...mended.choices, ...collected.problems.map(({ path }) => scopeOf(path, origin.root))];
  const further = check(mended.value).filter(({ path, found }) => {
    const parts = partsOf(path, origin.root);
    return !scopes.some((scope) => leads(scope, parts) || leads(parts, scope)) && !mended.names.has(found);
  });
  return { value: undefined, problems: [...collected.problems, ...further.map((problem) => located(problem, origin))] };
}

function located(problem: Problem, origin: InputOrigin): Problem {
  const source = origin.locate?.(parsePath(problem.path.slice(origin.root.length))) ?? origin.source;
  return problem.source !== undefined || source === undefined ? problem : { ...problem, source };
}

function partsOf(path: string, root: string): Path {
  return parsePath(path.slice(root.length));
}

/**
 * How far the effect of a wrong field reaches: the two objects around it, as far as they lie within one service or store.
 * What is found there may only follow from the wrong field, such as a request above a limit nobody could read.
 */
function scopeOf(path: string, root: string): Path {
  const parts = partsOf(path, root);
  return parts.slice(0, Math.max(Math.min(parts.length, 3), parts.length - 2));
}

function leads(from: Path, to: Path): boolean {
  return from.length <= to.length && from.every((part, index) => part === to[index]);
}

interface Mended<T> {
  readonly value: T;
  /** Names that went with what was wrong, as problems show them: that they are missing is no further mistake. */
  readonly names: ReadonlySet<string>;
  /** Objects whose kind was wrong: what their other fields may be depends on it. */
  readonly choices: readonly Path[];
}

/** Replaces wrong fields by right ones until the whole is right; undefined when that does not end. */
function mend<S extends z.ZodType>(schema: S, value: unknown): Mended<z.output<S>> | undefined {
  const names = new Set<string>();
  const choices: Path[] = [];
  let rest = structuredClone(value);
  // Each round goes at least one level deeper into what was missing; no schema of ours is deeper than this.
  for (let round = 0; round < 12; round++) {
    const result = schema.safeParse(rest);
    if (result.success) {
      return { value: result.data, names, choices };
    }
    for (const issue of result.error.issues.flatMap(withinUnion)) {
      if ((issue.code === "invalid_value" || issue.code === "invalid_union") && issue.path.length > 2) {
        choices.push(issue.path.slice(0, -1));
      }
      if (issue.code === "unrecognized_keys") {
        rest = issue.keys.reduce<unknown>((current, key) => replaced(current, [...issue.path, key], undefined), rest);
      } else {
        if (issue.code === "invalid_key") {
          names.add(show(issue.path.at(-1)));
        }
        rest = replaced(rest, issue.path, substitute(issue, valueAt(rest, issue.path)));
      }
    }
  }
  return undefined;
}

/**
 * The problems within the branch of a union that a value comes nearest to; replacing the value whole would lose what is
 * right in it, and in a list leave nothing where an entry was.
 */
function withinUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [issue];
  }
  const branches = issue.errors.filter(
    (errors) => !errors.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  const [nearest] = (branches.length > 0 ? branches : issue.errors).toSorted((a, b) => a.length - b.length);
  return (nearest ?? []).flatMap((inner) => withinUnion({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Something right in a wrong value's place, as near to it as can be; undefined removes it. */
function substitute(issue: z.core.$ZodIssue, found: unknown): unknown {
  switch (issue.code) {
    case "invalid_type":
      return ofKind(issue.expected, found);
    case "invalid_value":
      return issue.values[0];
    case "too_small":
      return issue.origin === "number" || issue.origin === "int" ? Number(issue.minimum) : undefined;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int" ? Number(issue.maximum) : undefined;
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options) ? issue.options[0] : undefined;
    case "custom":
      return issue.params?.example;
    default:
      return undefined;
  }
}

function ofKind(expected: string, found: unknown): unknown {
  switch (expected) {
    case "string":
      return found === undefined || typeof found === "object" ? "example" : String(found);
    case "number":
    case "int":
      return Number.isFinite(Number(found)) ? Math.ceil(Number(found)) : 1;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
    case "record":
      return {};
    default:
      return undefined;
  }
}

/** A copy with another value at a path, or without it; indices of lists stay as they are. */
function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) {
    return by;
  }
  if (Array.isArray(value)) {
    const index = Number(first);
    return value.map((item: unknown, at) => (at === index ? replaced(item, rest, by) : item));
  }
  const { [first]: inner, ...others } = (typeof value === "object" && value !== null ? value : {}) as Record<
    PropertyKey,
    unknown
  >;
  const next = replaced(inner, rest, by);
  return next === undefined ? others : { ...others, [first]: next };
}

/** Problems of one part of an input, their paths put together from parts. */
export function problemsUnder(root: string) {
  return (path: Path, found: unknown, allowed: string, fix: string): Problem => ({
    path: formatPath(path, root),
    found: show(found),
    allowed,
    fix,
  });
}
