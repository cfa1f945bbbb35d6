import { type Check, failure, ok } from "../check";
import type { Amount } from "./need";

export interface Counted {
  readonly used: number;
  readonly limit: number;
}

/** Whether what is wanted goes into what is left. `raise` says how to get a limit of that much. */
export function room(
  name: string,
  { least, most }: Amount,
  { used, limit }: Counted,
  raise: (wanted: number) => string,
): Check {
  const wanted = least === most ? String(most) : `${least} to ${most}`;
  const detail = `${wanted} more wanted, ${Number.isFinite(limit) ? `${used} of ${limit} used` : "without a limit"}`;
  if (used + most <= limit) {
    return ok(name, detail);
  }
  const fix = `raise it to ${used + most} or more: ${raise(used + most)}`;
  return used + least > limit
    ? failure(name, detail, fix)
    : { name, status: "warning", detail: `${detail}: it begins, and cannot grow to its most`, fix };
}
