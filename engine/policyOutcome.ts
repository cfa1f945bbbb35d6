import type { PolicyPackArgs, ReportViolation } from "@pulumi/policy";
import type { Findings, RuleSettings } from "./policyReport";

/** A policy pack as a value: what `new PolicyPack(name, args)` takes. */
export interface PolicyPackValue {
  readonly name: string;
  readonly version: string;
  readonly args: PolicyPackArgs;
}

export type AnyPolicy = PolicyPackArgs["policies"][number];

/** A rule that is on, with its level. */
export interface ActiveRule {
  readonly policy: AnyPolicy;
  readonly settings: RuleSettings & { readonly level: "mandatory" | "advisory" };
}

/** What is told apart from a rule's own mistakes: an unknown it read. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Thrown by `notApplicable`: made once, as most rules have nothing to say about most resources. */
const NOT_APPLICABLE: unknown = Object.freeze({ message: "not applicable" });

/** Ends a rule that has nothing to say. Rules may take it off their arguments and call it by itself. */
export function notApplicable(): never {
  throw NOT_APPLICABLE;
}

/** What one rule says of one resource, or of the stack. */
export class Outcome {
  #found = false;
  #skipped = false;

  constructor(
    private readonly findings: Findings,
    private readonly pack: PolicyPackValue,
    private readonly rule: ActiveRule,
    private readonly urn: string,
    private readonly unknownError: ErrorClass,
  ) {}

  /** Whether the rule called `notApplicable` and found nothing. */
  get notApplicable(): boolean {
    return this.#skipped && !this.#found;
  }

  /** Runs validations one after the other; gives a promise only where one of them does. */
  run<T>(validations: readonly T[], call: (validation: T) => unknown): Promise<void> | undefined {
    for (const [at, validation] of validations.entries()) {
      let result: unknown;
      try {
        result = call(validation);
      } catch (error) {
        this.#caught(error);
        continue;
      }
      if (result instanceof Promise) {
        return result
          .catch((error: unknown) => this.#caught(error))
          .then(() => this.run(validations.slice(at + 1), call));
      }
    }
    this.#end();
    return undefined;
  }

  readonly report: ReportViolation = (message: string | { message?: string; urn?: string }, urn?: string) => {
    const { policy } = this.rule;
    const given = typeof message === "object" ? message : { message, urn };
    const text = typeof message === "object" ? (given.message ?? policy.description) : this.#text(message);
    this.#add("violation", this.rule.settings.level, text, given.urn);
  };

  #text(message: string): string {
    const { description } = this.rule.policy;
    return message === undefined || message === "" ? description : `${description}\n${message}`;
  }

  #caught(error: unknown): void {
    if (error === NOT_APPLICABLE) {
      this.#skipped = true;
      return;
    }
    const from = `policy '${this.rule.policy.name}' from policy pack '${this.pack.name}@v${this.pack.version}'`;
    if (error instanceof this.unknownError) {
      this.#add("deferred", "advisory", `can't run ${from} during preview: ${error.message}`);
    } else {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#add("violation", "mandatory", `Error validating resource with ${from}: ${text}`);
    }
  }

  #add(status: "violation" | "deferred", level: "mandatory" | "advisory", message: string, urn?: string): void {
    this.#found = true;
    const where = urn === undefined || urn === "" ? this.urn : urn;
    this.findings.add({ pack: this.pack.name, rule: this.rule.policy.name, urn: where, level, status, message });
  }

  #end(): void {
    if (!this.#found) {
      if (this.#skipped) {
        this.findings.skip();
      } else {
        this.findings.pass();
      }
    }
  }
}
