/** Fields of a cron expression, with the values each may hold. */
const FIELDS = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { low: 0, high: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
] as const;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/**
 * A cron expression the spec has accepted, as systemd calendar events in UTC. Two where cron's day of month and day of
 * week are both given: cron runs on either, a calendar event only on both.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html
 */
export function calendarEvents(cron: string): readonly string[] {
  const [minutes, hours, monthDays, months, weekDays] = parseCron(cron);
  const days = weekDays === "*" ? "" : `${[...new Set(weekDays.map((day) => DAYS[day % 7]))].join(",")} `;
  const time = `${list(hours)}:${list(minutes)}:00 UTC`;
  const event = (weekDay: string, monthDay: Values) => `${weekDay}*-${list(months)}-${list(monthDay)} ${time}`;
  return monthDays !== "*" && weekDays !== "*" ? [event("", monthDays), event(days, "*")] : [event(days, monthDays)];
}

/** Longest time between two runs, in seconds: a day, a week or a month, by what the expression leaves open. */
export function longestInterval(cron: string): number {
  const [, , monthDays, months, weekDays] = parseCron(cron);
  const day = 86_400;
  if (months !== "*") {
    return 366 * day;
  }
  return monthDays !== "*" ? 31 * day : weekDays !== "*" ? 7 * day : day;
}

/** Values of a field; `*` for all of them. */
export type Values = "*" | readonly number[];

/** Minutes, hours, days of the month, months and days of the week of a cron expression, each as what it comes to. */
export function parseCron(cron: string): readonly [Values, Values, Values, Values, Values] {
  const texts = cron.split(" ");
  if (texts.length !== FIELDS.length) {
    throw new Error(`"${cron}" is not a cron expression, though its description was accepted`);
  }
  const [minutes, hours, days, months, weekdays] = FIELDS;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = texts;
  return [
    values(minute, minutes),
    values(hour, hours),
    values(day, days),
    values(month, months),
    values(weekday, weekdays),
  ];
}

function values(text: string, field: (typeof FIELDS)[number]): Values {
  if (text === "*") {
    return "*";
  }
  const all = text.split(",").flatMap((part) => {
    const [range = "", step = "1"] = part.split("/");
    const [from, to] = range === "*" ? [field.low, field.high] : bounds(range, field, part.includes("/"));
    return Array.from(
      { length: Math.floor((to - from) / Number(step)) + 1 },
      (_, index) => from + index * Number(step),
    );
  });
  return [...new Set(all)].sort((a, b) => a - b);
}

function bounds(range: string, field: (typeof FIELDS)[number], stepped: boolean): readonly [number, number] {
  const [first = "", last] = range.split("-");
  const from = numberOf(first, field);
  return [from, last === undefined ? (stepped ? field.high : from) : numberOf(last, field)];
}

function numberOf(text: string, field: (typeof FIELDS)[number]): number {
  const index = (field.names as readonly string[]).indexOf(text.toLowerCase());
  return index < 0 ? Number(text) : index + field.low;
}

function list(values: Values): string {
  return values === "*" ? "*" : values.map((value) => String(value).padStart(2, "0")).join(",");
}
