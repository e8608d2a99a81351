import { invalid } from './errors.ts';
import { type Day, formatDay, plusDays, type Weekday, weekdayOf } from './zone.ts';

/** Which days are worked where: a programme's calendar, or a participant's. */
export type Calendar = {
  readonly name: string;
  /** IANA zone in which its days begin and end. */
  readonly zone: string;
  /** At least one weekday is not of it. */
  readonly weekend: readonly Weekday[];
  /** First and last date that somebody has looked up holidays for. */
  readonly covers: { readonly from: Day; readonly to: Day };
  /** By date, with the name of the day. */
  readonly holidays: ReadonlyMap<Day, string>;
};

/** Calendars by name. */
export type Calendars = ReadonlyMap<string, Calendar>;

/** @throws INVALID_INPUT naming the calendar that is missing. */
export function calendarNamed(calendars: Calendars, name: string): Calendar {
  const found = calendars.get(name);
  if (found !== undefined) return found;
  const known = [...calendars.keys()].join(', ') || 'none';
  throw invalid('calendar', `the name of a calendar that is there (${known})`, name);
}

/**
 * Whether a date is worked. @throws INVALID_INPUT naming the date where the calendar has a gap: a
 * holiday that nobody looked up would otherwise pass for a working day.
 */
export function isBusinessDay(calendar: Calendar, day: Day): boolean {
  const { name, covers, weekend, holidays } = calendar;
  if (day < covers.from || day > covers.to) {
    const range = `${formatDay(covers.from)} to ${formatDay(covers.to)}`;
    throw invalid(`calendar ${name}`, `holidays for ${formatDay(day)}`, `a calendar of ${range}`);
  }
  return !weekend.includes(weekdayOf(day)) && !holidays.has(day);
}

/**
 * The `count`-th business day after a date, or before it when `count` is negative; the date itself
 * when it is 0. @throws INVALID_INPUT as `isBusinessDay`.
 */
export function addBusinessDays(calendar: Calendar, day: Day, count: number): Day {
  const step = Math.sign(count);
  let at = day;
  for (let left = Math.abs(count); left > 0; ) {
    at = plusDays(at, step);
    if (isBusinessDay(calendar, at)) left -= 1;
  }
  return at;
}
