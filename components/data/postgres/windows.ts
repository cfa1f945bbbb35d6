const MINUTES_PER_DAY = 1_440;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Whether a daily window meets a weekly one; both may run past midnight. */
export function windowsOverlap(daily: string, weekly: string): boolean {
  const [from = "", to = ""] = daily.split("-");
  const [start = "", end = ""] = weekly.split("-").map((part) => part.slice(4));
  const day = span(from, to);
  const week = span(start, end);
  return [-MINUTES_PER_DAY, 0, MINUTES_PER_DAY].some(
    (shift) => day.from + shift < week.to && week.from < day.to + shift,
  );
}

/** Minutes of a daily window (`03:00-04:00`) or a weekly one (`mon:04:00-mon:05:00`). */
export function windowMinutes(window: string): number {
  const [from = "", to = ""] = window.split("-");
  const weekly = from.length > 5;
  const length = weekly ? weekMinute(to) - weekMinute(from) : minuteOf(to) - minuteOf(from);
  return length > 0 ? length : length + (weekly ? 7 : 1) * MINUTES_PER_DAY;
}

function weekMinute(time: string): number {
  return DAYS.indexOf(time.slice(0, 3)) * MINUTES_PER_DAY + minuteOf(time.slice(4));
}

function span(from: string, to: string): { readonly from: number; readonly to: number } {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  return { from: start, to: end > start ? end : end + MINUTES_PER_DAY };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
