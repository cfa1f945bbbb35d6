import { type Check, failure, ok } from "../check";
import type { Amount } from "./need";

export interface Counted {
  readonly used: number;
  readonly limit: number;
}

/** What is wanted in words: a range where something grows, in the unit given where the quota's name has none. */
export function wantedOf({ least, most }: Amount, unit = ""): string {
  const amount = least === most ? String(most) : `${least} to ${most}`;
  return `${amount}${unit === "" ? "" : ` ${unit}`} more wanted`;
}

/** Whether what is wanted goes into what is left. `raise` says how to get a limit of that much. */
export function room(name: string, amount: Amount, { used, limit }: Counted, raise: (wanted: number) => string): Check {
  const { least, most } = amount;
  const detail = `${wantedOf(amount)}, ${Number.isFinite(limit) ? `${used} of ${limit} used` : "without a limit"}`;
  if (used + most <= limit) {
    return ok(name, detail);
  }
  const fix = `raise it to ${used + most} or more: ${raise(used + most)}`;
  return used + least > limit
    ? failure(name, detail, fix)
    : { name, status: "warning", detail: `${detail}: it begins, and cannot grow to its most`, fix };
}
