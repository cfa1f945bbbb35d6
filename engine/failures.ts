/** What went wrong, in one word. */
export type FailureKind =
  | "program"
  | "rejection"
  | "duplicate-urn"
  | "invalid-resource"
  | "invoke"
  | "stack-reference"
  | "transform"
  | "cycle"
  | "never-settled"
  | "timeout"
  | "foreign-program"
  | "busy";

/** One thing that went wrong. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly urn?: string;
  /** `file:line:column` of the user's code. */
  readonly source?: string;
  /** Other resources the same failure kept from being registered. */
  readonly affected?: readonly string[];
  readonly cause?: unknown;
}

/** A run that failed, with everything that went wrong and not only what came first. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(readonly failures: readonly Failure[]) {
    super(failures.map(describeFailure).join("\n"), { cause: failures[0]?.cause });
  }

  /** The kind of the first failure. */
  get kind(): FailureKind {
    return this.failures[0]?.kind ?? "program";
  }
}

/** One failure as one paragraph. */
export function describeFailure(failure: Failure): string {
  const where = [failure.urn, failure.source].filter((part) => part !== undefined);
  const also = failure.affected?.length ? `\n  also kept back: ${failure.affected.join(", ")}` : "";
  return `${failure.message}${where.length > 0 ? `\n  at ${where.join(" ")}` : ""}${also}`;
}

/** Collects failures while a run goes on; the same thing reported twice counts once. */
export class Failures {
  readonly #list: Failure[] = [];
  readonly #seen = new Set<unknown>();
  #inputError: Error | undefined;

  get size(): number {
    return this.#list.length + (this.#inputError === undefined ? 0 : 1);
  }

  add(failure: Failure): void {
    const key = `${failure.kind}\0${failure.urn ?? ""}\0${failure.message}`;
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      this.#list.push(failure);
    }
  }

  /**
   * Adds an error the program threw. An error the SDK made from one of ours only repeats it, and one that names wrong
   * input belongs to the program: it is thrown as it is.
   */
  addError(error: unknown, describe: (error: unknown) => Failure): void {
    if (this.#seen.has(error)) {
      return;
    }
    this.#seen.add(error);
    if (error instanceof Error && error.name === "InputError") {
      this.#inputError ??= error;
      return;
    }
    const text = error instanceof Error ? error.message : String(error);
    const described = describe(error);
    const repeated = this.#list.findIndex(({ cause, message }) => cause === undefined && text.includes(message));
    const known = this.#list[repeated];
    if (known === undefined) {
      this.add(described);
    } else {
      // What the SDK adds is where the program met it.
      const { urn, source } = described;
      this.#list[repeated] = {
        ...(urn === undefined ? {} : { urn }),
        ...(source === undefined ? {} : { source }),
        ...known,
      };
    }
  }

  /** Adds where resources were made to the failures that name one. */
  locate(sourceOf: (urn: string) => string | undefined): void {
    for (const [index, failure] of this.#list.entries()) {
      const source = failure.urn === undefined || failure.source !== undefined ? undefined : sourceOf(failure.urn);
      if (source !== undefined) {
        this.#list[index] = { ...failure, source };
      }
    }
  }

  /** Throws what was collected, if anything was. */
  throwIfAny(): void {
    if (this.#inputError !== undefined) {
      throw this.#inputError;
    }
    if (this.#list.length > 0) {
      throw new EngineError(this.#list);
    }
  }
}
