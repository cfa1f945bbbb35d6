import type { Problem } from "../errors";

/** One thing a service of AWS refuses when it is called, and what finds it before the call. */
export interface Constraint<Subject> {
  /** Names the constraint for good, in tests and documentation. */
  readonly id: string;
  /** What the service accepts, in words. */
  readonly limit: string;
  /** Documentation of the service that says so. */
  readonly source: string;
  /** Everything of a subject the service would refuse. */
  readonly find: (subject: Subject) => readonly Problem[];
}

/** Everything of a subject that any of the constraints refuses, in their order. */
export function breaches<Subject>(constraints: readonly Constraint<Subject>[], subject: Subject): readonly Problem[] {
  return constraints.flatMap(({ find }) => find(subject));
}
