import { InputError, show } from "../../components/errors";

/** Longest a timer can wait, about 24 days: one set to more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `90m`, `8h` or `3d`. Throws an InputError, naming `path`, for any other text. */
export function parseDuration(text: string, path: string): number {
  const [, amount, unit] = /^([1-9]\d*)([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new InputError([
      {
        path,
        found: show(text),
        allowed: "a whole number and s, m, h or d, such as 90m, 8h or 3d",
        fix: "write it without spaces",
      },
    ]);
  }
  const milliseconds = Number(amount) * (UNITS[unit] ?? 0);
  if (milliseconds > LONGEST_TIMER_MS) {
    throw new InputError([{ path, found: show(text), allowed: "at most 24d", fix: "write a shorter time" }]);
  }
  return milliseconds;
}
