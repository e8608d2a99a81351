import { addBusinessDays, type Calendars, calendarNamed } from '../../domain/calendar.ts';
import type { Instant } from '../../domain/instant.ts';
import { dayOf, endOfDay, plusDays, startOfDay } from '../../domain/zone.ts';
import { PROGRAMME_CALENDAR, parseMs } from '../lead.ts';
import { refusePack } from '../refuse.ts';
import { text, unexpected, type Yaml } from '../yaml.ts';
import type { Span } from './span.ts';

/**
 * A length of time: milliseconds, or business days of the programme's calendar. Business days are
 * counted in dates: the fifth business day after an instant is all of that date.
 */
export type Duration =
  | { readonly unit: 'calendar'; readonly ms: number }
  | { readonly unit: 'business'; readonly days: number };

const BUSINESS = /^(\d{1,3})bd$/;

/**
 * Reads `14d`, `24h`, `90m` or `5bd`. @throws POLICY_INVALID, also for business days when the
 * programme's calendar is not among `calendars`.
 */
export function parseDuration(yaml: Yaml, calendars: Calendars): Duration {
  const ms = parseMs(text(yaml));
  if (ms !== null) return { unit: 'calendar', ms };
  const [, days] = BUSINESS.exec(text(yaml)) ?? [];
  if (days === undefined) throw unexpected(yaml, 'a time such as 14d, 24h, 90m or 5bd');
  if (calendars.has(PROGRAMME_CALENDAR)) return { unit: 'business', days: Number(days) };
  throw refusePack(
    yaml.place,
    `${yaml.path}: business days without the calendar ${PROGRAMME_CALENDAR}`,
    `add timing.calendars.${PROGRAMME_CALENDAR}`,
  );
}

/**
 * When a duration that began at `start` has passed: from the first instant at which it may be said
 * to have passed to the last at which no more than it has. One instant for a calendar duration, a
 * date for business days. @throws INVALID_INPUT for a calendar that is missing or has a gap.
 */
export function after(start: Instant, duration: Duration, calendars: Calendars): Span {
  if (duration.unit === 'calendar') return { from: start + duration.ms, to: start + duration.ms };
  const calendar = calendarNamed(calendars, PROGRAMME_CALENDAR);
  const { zone } = calendar;
  const day = addBusinessDays(calendar, dayOf(start, zone), duration.days);
  return { from: startOfDay(day, zone), to: endOfDay(day, zone) };
}

/**
 * When a duration before `end` began: `from` is the first start after which no more than it has
 * passed at `end`, `to` the last start after which it has. For business days `from` is the later of
 * the two where `end` is not on one. @throws INVALID_INPUT as `after`.
 */
export function before(end: Instant, duration: Duration, calendars: Calendars): Span {
  if (duration.unit === 'calendar') return { from: end - duration.ms, to: end - duration.ms };
  const calendar = calendarNamed(calendars, PROGRAMME_CALENDAR);
  const { zone } = calendar;
  const day = dayOf(end, zone);
  const first = addBusinessDays(calendar, day, -duration.days);
  const last = plusDays(addBusinessDays(calendar, plusDays(day, 1), -duration.days), -1);
  return { from: startOfDay(first, zone), to: endOfDay(last, zone) };
}
