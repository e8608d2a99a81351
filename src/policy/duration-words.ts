import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/instant.ts';

type Unit = readonly [ms: number, name: string];

/** Days only from two on: what programmes call 24 hours is not called a day. */
const UNITS: readonly Unit[] = [
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
];
const DAYS: Unit = [DAY_MS, 'day'];
const REST: Unit = [1, 'millisecond'];

/** A length of time in milliseconds as people say it: `14 days`, `24 hours`, `90 minutes`. */
export function durationWords(ms: number): string {
  const [size, name] = unitOf(ms);
  return `${ms / size} ${name}${ms === size ? '' : 's'}`;
}

function unitOf(ms: number): Unit {
  if (ms >= 2 * DAY_MS && ms % DAY_MS === 0) return DAYS;
  return UNITS.find(([size]) => ms % size === 0) ?? REST;
}
