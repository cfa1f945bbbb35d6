/** One thing wrong with an input, worded so that its reader can mend it without reading code. */
export interface Problem {
  /** Where: a path into the file or setting, such as `services.web.scaling.max`. */
  readonly path: string;
  /** What was found there, as it was written. */
  readonly found: string;
  /** What is allowed there. */
  readonly allowed: string;
  /** What to do about it. */
  readonly fix: string;
  /** File and line of the problem, where the input came from a file. */
  readonly source?: string;
}

/** Every problem of one input at once. The CLI prints it without a stack trace and exits 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }

  /** Recognises the error across module copies and engine boundaries, where `instanceof` does not hold. */
  static is(error: unknown): error is InputError {
    return error instanceof Error && error.name === "InputError" && Array.isArray((error as InputError).problems);
  }
}

/** The mark by which Pulumi, across its copies, knows an error to print without a stack trace. */
const WITHOUT_TRACE = { __pulumiRunError: true };

/** Wrong input that only a cloud's answer tells of, for an `apply`: no caller is left that would print it well. */
export function foundInRun(problems: readonly Problem[]): InputError {
  return Object.assign(new InputError(problems), WITHOUT_TRACE);
}

/** Gathers problems while checks go on, so that a user sees all of them in one run. */
export class Problems {
  private readonly list: Problem[] = [];

  add(problem: Problem): void {
    this.list.push(problem);
  }

  addAll(problems: readonly Problem[]): void {
    this.list.push(...problems);
  }

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  get all(): readonly Problem[] {
    return this.list;
  }

  /** Throws one {@link InputError} with all problems, in the order they were found; does nothing without any. */
  throwIfAny(): void {
    if (this.list.length > 0) {
      throw new InputError(this.list);
    }
  }
}

export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const blocks = problems.map((problem) =>
    [
      `  ${problem.path}${problem.source ? ` (${problem.source})` : ""}`,
      `    found    ${problem.found}`,
      `    allowed  ${problem.allowed}`,
      `    fix      ${problem.fix}`,
    ].join("\n"),
  );
  return `${count} in the input:\n${blocks.join("\n")}`;
}

/** Shows a wrong value the way its author would recognise it; long ones are cut. */
export function show(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
