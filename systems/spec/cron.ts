const FIELDS = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] },
  { low: 0, high: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
] as const;

/** Whether a text is a cron expression Kubernetes accepts: five fields of values, ranges, steps and lists. */
export function isCron(text: string): boolean {
  const fields = text.split(" ");
  return (
    fields.length === FIELDS.length &&
    fields.every((field, index) => field.split(",").every((part) => fits(part, FIELDS[index])))
  );
}

function fits(part: string, field: (typeof FIELDS)[number] | undefined): boolean {
  const match = /^(\*|([a-z\d]+)(-([a-z\d]+))?)(\/(\d+))?$/i.exec(part);
  if (!match || !field) {
    return false;
  }
  const [, , from, , to, , step] = match;
  if (step !== undefined && Number(step) < 1) {
    return false;
  }
  const first = from === undefined ? field.low : numberOf(from, field);
  const last = to === undefined ? first : numberOf(to, field);
  return first !== undefined && last !== undefined && first >= field.low && last <= field.high && first <= last;
}

function numberOf(text: string, field: (typeof FIELDS)[number]): number | undefined {
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  const index = (field.names as readonly string[]).indexOf(text.toLowerCase());
  return index < 0 ? undefined : index + field.low;
}
