import type { z } from "zod";
import { type Path, valueAt } from "../validation";
import { closest } from "./suggestions";

/** An input with every wrong choice of a kind replaced by the likeliest one, so that what stands beside it can be read. */
export interface Guessed {
  readonly value: unknown;
  /** Objects whose kind was wrong. */
  readonly at: readonly Path[];
}

/**
 * Replaces each kind that is none by the one its word was meant to be, or else by the one its other fields fit best.
 * Undefined where no kind is wrong.
 */
export function guessKinds(schema: z.ZodType, value: unknown): Guessed | undefined {
  let current = value;
  const at: Path[] = [];
  // Kinds within an object of a wrong kind are seen once that is guessed; no schema of ours nests them deeper.
  for (let round = 0; round < 3; round++) {
    const issues = schema.safeParse(current).error?.issues.filter(isChoice) ?? [];
    if (issues.length === 0) {
      break;
    }
    for (const issue of issues) {
      current = withKind(current, issue.path, likeliest(schema, current, issue));
      at.push(issue.path.slice(0, -1));
    }
  }
  return at.length === 0 ? undefined : { value: current, at };
}

type Choice = z.core.$ZodIssueInvalidUnion & { readonly options: readonly unknown[] };

function isChoice(issue: z.core.$ZodIssue): issue is Choice {
  return (
    issue.code === "invalid_union" && issue.errors.length === 0 && "options" in issue && Array.isArray(issue.options)
  );
}

function likeliest(schema: z.ZodType, value: unknown, { path, options }: Choice): unknown {
  const found = valueAt(value, path);
  const meant = typeof found === "string" ? closest(found, options.map(String)) : undefined;
  if (meant !== undefined) {
    return meant;
  }
  const part = path.slice(0, -1);
  const mistakes = (option: unknown) =>
    (schema.safeParse(withKind(value, path, option)).error?.issues ?? []).filter(({ path: at }) =>
      part.every((step, index) => at[index] === step),
    ).length;
  return options.map((option) => ({ option, count: mistakes(option) })).toSorted((a, b) => a.count - b.count)[0]
    ?.option;
}

function withKind(value: unknown, path: Path, kind: unknown): unknown {
  const copy: unknown = structuredClone(value);
  const holder = valueAt(copy, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof holder === "object" && holder !== null && key !== undefined) {
    Reflect.set(holder, key, kind);
  }
  return copy;
}
