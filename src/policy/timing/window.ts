import type { Instant } from '../../domain/instant.ts';
import {
  type Day,
  dayOf,
  endOfDay,
  formatDay,
  parseDay,
  plusDays,
  startOfDay,
} from '../../domain/zone.ts';
import { refusePack } from '../refuse.ts';
import { entries, fields, form, text, unexpected, type Yaml } from '../yaml.ts';
import { ALWAYS, between, NEVER, type Spans, since } from './span.ts';

/**
 * Dates that no embargo may touch, with the name people know them by: once, every year, or the last
 * days of every quarter.
 */
export type Window = { readonly name: string } & (
  | { readonly each: 'once'; readonly from: Day; readonly to: Day }
  /** Dates as `12-20`; `to` may be before `from`, in the next year. */
  | { readonly each: 'year'; readonly from: string; readonly to: string }
  | { readonly each: 'quarter'; readonly lastDays: number }
);

const ONCE = /^\d{4}-\d{2}-\d{2}$/;
const YEARLY = /^\d{2}-\d{2}$/;
const LAST_DAYS = /^([1-9]\d?)d$/;
/** 29 February is not of every year. */
const COMMON_YEAR = '2027';
const QUARTER_ENDS = ['03-31', '06-30', '09-30', '12-31'];

/**
 * Reads `avoid`: by name `{from: 2026-11-25, to: 2026-11-29}` for once, `{from: 12-20, to: 01-04}`
 * for every year, `{last_of_quarter: 14d}`. @throws POLICY_INVALID
 */
export function parseWindows(yaml: Yaml): Window[] {
  return [...entries(yaml)].map(([name, body]) => {
    const { from, to, last_of_quarter: last } = fields(body, [], ['from', 'to', 'last_of_quarter']);
    if (from !== undefined && to !== undefined && last === undefined) {
      return { name, ...parseDates(from, to) };
    }
    if (last !== undefined && from === undefined && to === undefined) {
      return { name, each: 'quarter', lastDays: parseLastDays(last) };
    }
    throw refusePack(body.place, `${body.path}: expected from and to, or last_of_quarter`);
  });
}

function parseDates(from: Yaml, to: Yaml) {
  const [first, last] = [text(from), text(to)];
  if (ONCE.test(first) && ONCE.test(last)) {
    const range = { from: dateOf(from, first), to: dateOf(to, last) };
    if (range.to < range.from) throw unexpected(to, `${first} or a later date`);
    return { each: 'once', ...range } as const;
  }
  for (const each of [from, to]) {
    if (!YEARLY.test(text(each))) throw unexpected(each, 'a date such as 12-20, or 2026-12-20');
    dateOf(each, `${COMMON_YEAR}-${text(each)}`);
  }
  return { each: 'year', from: first, to: last } as const;
}

/** A date that has its form; whether there is such a date is still to be seen. */
function dateOf(yaml: Yaml, date: string): Day {
  try {
    return parseDay(date);
  } catch {
    throw unexpected(yaml, 'a date that exists');
  }
}

function parseLastDays(yaml: Yaml): number {
  return Number(form(yaml, LAST_DAYS, 'whole days such as 14d')[1]);
}

/**
 * The notices from which an embargo that ends at `end` does not touch the window: those after its
 * last occurrence, or none while it lasts. Dates are those of `zone`.
 */
export function noticesClearOf(window: Window, end: Instant, zone: string): Spans {
  const day = dayOf(end, zone);
  const last = occurrences(window, day).findLast(({ from }) => from <= day);
  if (last === undefined) return ALWAYS;
  return day <= last.to ? NEVER : since(endOfDay(last.to, zone) + 1);
}

/** The ends that an embargo from `start` on may have without touching the window. */
export function endsClearOf(window: Window, start: Instant, zone: string): Spans {
  const day = dayOf(start, zone);
  const next = occurrences(window, day).find(({ to }) => day <= to);
  return next === undefined ? since(start) : between(start, startOfDay(next.from, zone) - 1);
}

/** Those of the year of a date, the one before and the one after, in order. */
function occurrences(window: Window, around: Day): { readonly from: Day; readonly to: Day }[] {
  if (window.each === 'once') return [window];
  const middle = Number(formatDay(around).slice(0, 4));
  const years = [middle - 1, middle, middle + 1].filter((year) => year >= 1970);
  if (window.each === 'year') {
    const { from, to } = window;
    return years.map((year) => ({
      from: parseDay(`${year}-${from}`),
      to: parseDay(`${to < from ? year + 1 : year}-${to}`),
    }));
  }
  return years
    .flatMap((year) => QUARTER_ENDS.map((date) => parseDay(`${year}-${date}`)))
    .map((to) => ({ from: plusDays(to, 1 - window.lastDays), to }));
}
