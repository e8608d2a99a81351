import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/instant.ts';

type Unit = readonly [ms: number, name: string, sign: string];

/** Days only from two on: what programmes call 24 hours is not called a day. */
const UNITS: readonly Unit[] = [
  [HOUR_MS, 'hour', 'h'],
  [MINUTE_MS, 'minute', 'min'],
  [SECOND_MS, 'second', 's'],
];
const DAYS: Unit = [DAY_MS, 'day', 'd'];
const REST: Unit = [1, 'millisecond', 'ms'];

/** A length of time in milliseconds as people say it: `14 days`, `24 hours`, `90 minutes`. */
export function durationWords(ms: number): string {
  const [size, name] = unitOf(ms);
  return `${ms / size} ${name}${ms === size ? '' : 's'}`;
}

/** The same with the sign of the unit: `14 d`, `24 h`, `90 min`. */
export function durationSigns(ms: number): string {
  const [size, , sign] = unitOf(ms);
  return `${ms / size} ${sign}`;
}

function unitOf(ms: number): Unit {
  if (ms >= 2 * DAY_MS && ms % DAY_MS === 0) return DAYS;
  return UNITS.find(([size]) => ms % size === 0) ?? REST;
}
