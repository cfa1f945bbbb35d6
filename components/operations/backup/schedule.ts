const FIELDS = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { low: 0, high: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
] as const;
type Field = (typeof FIELDS)[number];

const DAY = 86_400;
/** Four years see every leap day there may be a schedule for. */
const DAYS = 4 * 365 + 1;
const FIRST_DAY = Date.UTC(2024, 0, 1);

/**
 * Longest time between two runs of a cron expression, in seconds: what an alert must wait at least before it says that
 * one is late. The expression must be one the spec accepts.
 */
export function longestGapSeconds(cron: string): number {
  const [minutes, hours, days, months, weekdays] = cron.split(" ").map((text, index) => valuesOf(text, FIELDS[index]));
  if (!minutes || !hours || !days || !months || !weekdays) {
    throw new Error(`"${cron}" is no cron expression`);
  }
  const times = [...hours].flatMap((hour) => [...minutes].map((minute) => hour * 3_600 + minute * 60));
  times.sort((a, b) => a - b);
  // Both days restricted: either counts. https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
  const [, , dayText = "*", , weekdayText = "*"] = cron.split(" ");
  const either = !dayText.startsWith("*") && !weekdayText.startsWith("*");
  let last: number | undefined;
  let longest = 0;
  for (let index = 0; index < DAYS; index += 1) {
    const date = new Date(FIRST_DAY + index * DAY * 1_000);
    const onDay = days.has(date.getUTCDate());
    const onWeekday = weekdays.has(date.getUTCDay());
    if (!months.has(date.getUTCMonth() + 1) || !(either ? onDay || onWeekday : onDay && onWeekday)) {
      continue;
    }
    for (const time of times) {
      const now = index * DAY + time;
      longest = Math.max(longest, last === undefined ? 0 : now - last);
      last = now;
    }
  }
  // Seen once in four years: the next run is as far away.
  return longest === 0 ? DAYS * DAY : longest;
}

function valuesOf(text: string, field: Field | undefined): ReadonlySet<number> | undefined {
  if (!field) {
    return undefined;
  }
  return new Set(
    text.split(",").flatMap((part) => {
      const [range = "*", step] = part.split("/");
      const [from, to] = range === "*" ? [] : range.split("-").map((value) => numberOf(value, field));
      const low = from ?? field.low;
      // A single value with a step runs to the end: 5/15 is 5-59/15.
      const high = to ?? (range === "*" || step !== undefined ? field.high : low);
      return Array.from({ length: high - low + 1 }, (_, index) => low + index)
        .filter((_, index) => index % Number(step ?? 1) === 0)
        .map((value) => (field.high === 7 ? value % 7 : value));
    }),
  );
}

function numberOf(text: string, field: Field): number {
  const index = (field.names as readonly string[]).indexOf(text.toLowerCase());
  return index < 0 ? Number(text) : index + field.low;
}
