import { setTimeout as sleep } from "node:timers/promises";
import type { Counter } from "./counter";

/** What a provider is asked to do to a resource, or `invoke` for its functions. */
export const FAULT_OPERATIONS = ["create", "read", "update", "delete", "invoke"] as const;
export type FaultOperation = (typeof FAULT_OPERATIONS)[number];

/** Which calls a fault strikes. Texts may hold `*` for anything; what is absent fits all. */
export interface FaultTarget {
  /** @default every operation where `fault` is `unreachable`, else `create` */
  readonly on?: readonly FaultOperation[];
  /** Package of the provider, such as `aws`. */
  readonly package?: string;
  /** Logical name of the provider, such as `us-provider`. */
  readonly provider?: string;
  /** Type token, such as `aws:rds/*`; for `invoke` the function's. */
  readonly type?: string;
  /** Logical name of the resource. */
  readonly name?: string;
  /** The first of the calls that fit to be struck, from 1. @default 1 */
  readonly nth?: number;
  /** How many calls are struck. @default 1 where `nth` is given, else all */
  readonly times?: number;
}

/** A mishap on demand. Previews are spared: they change nothing. */
export type Fault = FaultTarget &
  (
    | { readonly fault: "fail"; readonly message?: string }
    /** The call takes longer, before the cloud is asked or after it did what it was asked. @default before */
    | { readonly fault: "slow"; readonly milliseconds: number; readonly when?: "before" | "after" }
    /** The provider waits its turn, a second at a time, and gives up after some attempts. */
    | { readonly fault: "throttle"; readonly perSecond: number; readonly attempts?: number }
    /** The provider cannot reach its cloud or cluster. */
    | { readonly fault: "unreachable" }
    /** The object is made and does not become ready. */
    | { readonly fault: "unready"; readonly message?: string }
    /** The plugin dies, before the cloud is asked or after it did what it was asked. */
    | { readonly fault: "kill"; readonly when?: "before" | "after" }
  );

/** A call a fault may strike. */
export interface FaultedCall {
  readonly operation: FaultOperation;
  readonly package: string;
  readonly provider: string;
  readonly type: string;
  readonly name: string;
}

/** What strikes one call, once waiting is over. */
export interface Struck {
  readonly fail?: string;
  readonly unreachable?: true;
  readonly unready?: string;
  /** Milliseconds the answer takes once the cloud has done its part. */
  readonly late?: number;
  readonly kill?: "before" | "after";
}

const THROTTLE_ATTEMPTS = 5;

/** Decides which calls the faults of one run strike, across all its plugins. */
export class Faults {
  constructor(
    private readonly faults: readonly Fault[],
    private readonly counter: Counter,
    /** Apart for every run, so that each counts from the start. */
    private readonly run: string,
  ) {}

  /** Waits as long as the faults say, and tells what else they do to the call. Rejects where `signal` aborts. */
  async strike(call: FaultedCall, signal: AbortSignal): Promise<Struck> {
    let struck: Struck = {};
    for (const [index, fault] of this.faults.entries()) {
      if (fits(fault, call) && this.#isDue(fault, index)) {
        struck = { ...struck, ...(await this.#effect(fault, index, call, signal)) };
      }
    }
    return struck;
  }

  #isDue({ nth, times }: FaultTarget, index: number): boolean {
    if (nth === undefined && times === undefined) {
      return true;
    }
    const first = nth ?? 1;
    const number = this.counter.next(`${this.run}/${index}`);
    return number >= first && number < first + (times ?? 1);
  }

  async #effect(fault: Fault, index: number, call: FaultedCall, signal: AbortSignal): Promise<Struck> {
    switch (fault.fault) {
      case "fail":
        return { fail: fault.message ?? `simulated failure: ${call.operation} of ${call.name} [${call.type}]` };
      case "slow":
        if (fault.when === "after") {
          return { late: fault.milliseconds };
        }
        await sleep(fault.milliseconds, undefined, { signal });
        return {};
      case "throttle":
        return this.#throttle(fault.perSecond, fault.attempts ?? THROTTLE_ATTEMPTS, index, signal);
      case "unreachable":
        return { unreachable: true };
      case "unready":
        return { unready: fault.message ?? `${call.name} [${call.type}] did not become ready in time` };
      case "kill":
        return { kill: fault.when ?? "before" };
    }
  }

  async #throttle(perSecond: number, attempts: number, index: number, signal: AbortSignal): Promise<Struck> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const now = Date.now();
      if (this.counter.next(`${this.run}/${index}/${Math.floor(now / 1000)}`) <= perSecond) {
        return {};
      }
      await sleep(1000 - (now % 1000), undefined, { signal });
    }
    return { fail: `ThrottlingException: Rate exceeded (${attempts} attempts)` };
  }
}

function fits(fault: Fault, call: FaultedCall): boolean {
  const operations = fault.on ?? (fault.fault === "unreachable" ? FAULT_OPERATIONS : ["create"]);
  return (
    operations.includes(call.operation) &&
    matches(fault.package, call.package) &&
    matches(fault.provider, call.provider) &&
    matches(fault.type, call.type) &&
    matches(fault.name, call.name)
  );
}

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) {
    return true;
  }
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
