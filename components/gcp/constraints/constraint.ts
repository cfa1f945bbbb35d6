import { type Problem, show } from "../../errors";

/** What a subject has that Google would refuse. */
export interface Violation {
  /** Field of the subject, below its own path; empty for the subject as a whole. */
  readonly field: string;
  readonly found: unknown;
  readonly allowed: string;
  readonly fix: string;
}

/** Something Google Cloud refuses at apply, and this program at plan. */
export interface Constraint<S> {
  readonly id: string;
  /** What it is about. */
  readonly what: string;
  /** What is allowed, in a few words. */
  readonly limit: string;
  /** Where Google says so. */
  readonly link: string;
  readonly check: (subject: S) => readonly Violation[];
}

/** Everything a subject violates, below its path. */
export function problemsOf<S>(constraints: readonly Constraint<S>[], subject: S, path: string): readonly Problem[] {
  return constraints.flatMap(({ check }) =>
    check(subject).map(({ field, found, allowed, fix }) => ({
      path: [path, field].filter((part) => part !== "").join("."),
      found: show(found),
      allowed,
      fix,
    })),
  );
}

/** One violation where a condition holds. */
export function when(violated: boolean, field: string, found: unknown, allowed: string, fix: string): Violation[] {
  return violated ? [{ field, found, allowed, fix }] : [];
}
