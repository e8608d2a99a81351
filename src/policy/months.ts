import { type Instant, instant } from '../domain/instant.ts';

/**
 * The same day and time `months` later in the calendar of UTC; where the month has no such day, its
 * last one: a month after 31 January is 28 or 29 February. Regulation (EEC, Euratom) No 1182/71
 * Art. 3(2)(c) counts months so, and lets them end with that day; here they end at the time of day
 * at which they began.
 */
export function plusMonths(at: Instant, months: number): Instant {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return instant(date.getTime());
}
