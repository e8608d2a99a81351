/** The greatest time that `Date` holds (ECMAScript, "Time Values"). */
const MAX_TIME_MS = 8.64e15;

/** A time in a text: `2025-07-08T17:00:00Z`. `ms` may be any number that a manifest can hold. */
export function utc(ms: number): string {
  if (ms > MAX_TIME_MS) return `${ms} ms since 1970`;
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
