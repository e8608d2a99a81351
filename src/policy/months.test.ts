import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant, instant, parseInstant } from '../domain/instant.ts';
import { plusMonths } from './months.ts';

for (const [from, months, to] of [
  ['2026-01-31T17:00:00Z', 1, '2026-02-28T17:00:00Z'],
  ['2028-01-31T17:00:00Z', 1, '2028-02-29T17:00:00Z'],
  ['2028-01-30T23:59:59.999Z', 1, '2028-02-29T23:59:59.999Z'],
  ['2100-01-29T00:00:00Z', 1, '2100-02-28T00:00:00Z'],
  ['2026-02-28T00:00:00Z', 1, '2026-03-28T00:00:00Z'],
  ['2026-03-31T08:00:00Z', 1, '2026-04-30T08:00:00Z'],
  ['2026-12-31T12:00:00Z', 1, '2027-01-31T12:00:00Z'],
  ['2026-08-31T12:00:00Z', 6, '2027-02-28T12:00:00Z'],
  ['2027-08-31T12:00:00Z', 6, '2028-02-29T12:00:00Z'],
] as const) {
  test(`${months} months after ${from} is ${to}, not a day of the month after it`, () => {
    assert.equal(formatInstant(plusMonths(parseInstant(from), months)), to);
  });
}

test('a month is 28 to 31 whole days and never overtakes: later starts do not end earlier', () => {
  const at = fc.integer({ min: 0, max: Date.UTC(2400, 0) });
  fc.assert(
    fc.property(at, at, (a, b) => {
      const [one, two] = [instant(Math.min(a, b)), instant(Math.max(a, b))];
      const days = (plusMonths(one, 1) - one) / 86_400_000;
      assert.ok(Number.isInteger(days) && days >= 28 && days <= 31, String(days));
      // Only the days that a shorter month lacks fold together, and those to one date.
      const fold = formatInstant(plusMonths(one, 1)).slice(0, 10);
      const same = fold === formatInstant(plusMonths(two, 1)).slice(0, 10);
      assert.ok(same || plusMonths(one, 1) <= plusMonths(two, 1));
    }),
  );
});
