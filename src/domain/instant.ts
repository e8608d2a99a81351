import { invalid } from './errors.ts';

declare const instantBrand: unique symbol;

/**
 * A moment: integer milliseconds since 1970-01-01T00:00:00Z. The only representation of time inside
 * Tocsin.
 */
export type Instant = number & { readonly [instantBrand]: true };

/** A second in milliseconds. */
export const SECOND_MS = 1_000;
/** A minute in milliseconds. */
export const MINUTE_MS = 60 * SECOND_MS;
/** An hour in milliseconds. */
export const HOUR_MS = 60 * MINUTE_MS;
/** 24 hours in milliseconds; a calendar day of leads, whatever the zone. */
export const DAY_MS = 24 * HOUR_MS;

/** The range `timestamptz` and `Date` both hold: years 1970 to 9999. */
const MAX_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** @throws INVALID_INPUT when `ms` is not an integer between 1970 and 9999. */
export function instant(ms: number, field = 'instant'): Instant {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > MAX_INSTANT) {
    throw invalid(field, 'integer milliseconds between 1970 and 9999', ms);
  }
  return ms as Instant;
}

/**
 * Parses an RFC 3339 date-time with a zone; fractions below a millisecond are cut. @throws
 * INVALID_INPUT
 */
export function parseInstant(text: unknown, field = 'instant'): Instant {
  const match = typeof text === 'string' ? RFC3339.exec(text) : null;
  const ms = match && isDay(match) ? Date.parse(match[0]) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(field, 'an RFC 3339 date-time with a zone', text);
  return instant(ms, field);
}

/** `Date.parse` takes 30 February for 2 March; a date that does not exist is an error here. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** RFC 3339 in UTC, seconds only when the milliseconds are zero: `2025-07-08T17:00:00Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** `at` moved by `ms` (may be negative). @throws INVALID_INPUT when the result leaves the range. */
export function plus(at: Instant, ms: number): Instant {
  return instant(at + ms);
}
