import { invalid } from './errors.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, SECOND_MS } from './instant.ts';

declare const dayBrand: unique symbol;

/** A date without a zone: whole days since 1970-01-01. */
export type Day = number & { readonly [dayBrand]: true };

/** The days of a week, in ISO's order. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
/** One of `WEEKDAYS`. */
export type Weekday = (typeof WEEKDAYS)[number];

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const HOUR = /^([01]\d|2[0-3]):([0-5]\d)$/;
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/** No zone is, or was since 1970, further from UTC. */
const WIDEST_OFFSET_MS = 16 * HOUR_MS;

/** Reads `2026-12-25`. @throws INVALID_INPUT, also for a date that does not exist. */
export function parseDay(text: string, field = 'date'): Day {
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // `Date.parse` takes 30 February for 2 March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw invalid(field, 'a date such as 2026-12-25', text);
  }
  return (instant(ms, field) / DAY_MS) as Day;
}

/** The inverse of `parseDay`. */
export function formatDay(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `day` moved by whole days (may be negative). */
export function plusDays(day: Day, days: number): Day {
  return (day + days) as Day;
}

/** The weekday of a date. 1970-01-01 was a Thursday. */
export function weekdayOf(day: Day): Weekday {
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'Mon';
}

/** Whether `hour` is a time of day such as `16:00`. */
export function isHour(hour: string): boolean {
  return HOUR.test(hour);
}

/** Whether `zone` is the name of a zone in the IANA database that this Node has. */
export function isZone(zone: string): boolean {
  return ZONE.test(zone) && clockOf(zone) !== null;
}

/** The date that clocks in `zone` show at an instant. @throws INVALID_INPUT for an unknown zone. */
export function dayOf(at: Instant, zone: string): Day {
  return Math.floor(wallClock(at, zone) / DAY_MS) as Day;
}

/**
 * The instant at which clocks in `zone` first show `hour` or later on that date. Of an hour that
 * occurs twice this is the earlier; in place of one that is skipped it is the first instant after
 * the gap. @throws INVALID_INPUT for an unknown zone or an hour that is not `HH:MM`.
 */
export function instantAt(day: Day, hour: string, zone: string): Instant {
  const [, hours, minutes] = HOUR.exec(hour) ?? [];
  if (hours === undefined || minutes === undefined) {
    throw invalid('hour', 'a time of day such as 16:00', hour);
  }
  const wall = day * DAY_MS + Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  const low = clamp(wall - WIDEST_OFFSET_MS);
  const high = clamp(wall + WIDEST_OFFSET_MS);
  const before = wall - offset(low, zone);
  const after = wall - offset(high, zone);
  // The offsets a little before and a little after give the only two instants it can be.
  for (const candidate of [Math.min(before, after), Math.max(before, after)]) {
    if (candidate >= 0 && wallClock(instant(candidate), zone) === wall) return instant(candidate);
  }
  return endOfGap(clamp(Math.min(before, after)), clamp(Math.max(before, after)), wall, zone);
}

/** The first instant of a date in `zone`. */
export function startOfDay(day: Day, zone: string): Instant {
  return instantAt(day, '00:00', zone);
}

/** The last millisecond of a date in `zone`. */
export function endOfDay(day: Day, zone: string): Instant {
  return instant(startOfDay(plusDays(day, 1), zone) - 1);
}

/** Around a gap clocks only go forward, so that halving finds where they pass `wall`. */
function endOfGap(low: Instant, high: Instant, wall: number, zone: string): Instant {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = instant(Math.floor((from + to) / 2));
    if (wallClock(middle, zone) >= wall) to = middle;
    else from = instant(middle + 1);
  }
  return from;
}

function clamp(ms: number): Instant {
  return instant(Math.max(0, ms));
}

function offset(at: Instant, zone: string): number {
  return wallClock(at, zone) - at;
}

/** What clocks in `zone` show, as the instant at which they would show it in UTC. */
function wallClock(at: Instant, zone: string): number {
  const clock = clockOf(zone);
  if (clock === null) throw invalid('zone', 'a zone of the IANA database', zone);
  // `11/14/2023, 23:13:20`; its parts take four times as long to get.
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = clock
    .format(at)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) + (at % SECOND_MS);
}

/** Making a formatter takes a thousand times as long as using one. */
const clocks = new Map<string, Intl.DateTimeFormat | null>();

/** As many as there are zones; what is asked beyond that is not kept. */
const MAX_CLOCKS = 600;

function clockOf(zone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = makeClock(zone);
  if (clocks.size < MAX_CLOCKS) clocks.set(zone, made);
  return made;
}

function makeClock(zone: string): Intl.DateTimeFormat | null {
  const numeric = 'numeric';
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    // The only way to ask whether there is such a zone; the callers refuse one that there is not.
    return null;
  }
}
