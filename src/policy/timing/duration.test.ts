import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../../../tests/support/timing.ts';
import type { Calendar } from '../../domain/calendar.ts';
import { DAY_MS, formatInstant, type Instant, instant } from '../../domain/instant.ts';
import { parseDay, plusDays, WEEKDAYS } from '../../domain/zone.ts';
import { after, before, type Duration } from './duration.ts';
import { contains, intersect, type Spans, unite } from './span.ts';

const FIVE: Duration = { unit: 'business', days: 5 };

function calendars(zone: string, more: Partial<Calendar> = {}) {
  const covers = { from: parseDay('2025-01-01'), to: parseDay('2027-12-31') };
  const name = 'programme';
  const calendar: Calendar = {
    ...{ name, zone, weekend: ['Sat', 'Sun'], covers, holidays: new Map() },
    ...more,
  };
  return new Map([[name, calendar]]);
}

function words({ from, to }: { readonly from: number; readonly to: number }): string {
  return `${formatInstant(instant(from))} ${formatInstant(instant(to))}`;
}

test('business days are dates in the zone of the calendar, over a change of clocks too', () => {
  const berlin = calendars('Europe/Berlin');
  // Monday 23 March 2026, before the clocks go forward on the 29th.
  assert.equal(
    words(after(at('2026-03-23T10:00Z'), FIVE, berlin)),
    '2026-03-29T22:00:00Z 2026-03-30T21:59:59.999Z',
  );
  assert.equal(
    words(before(at('2026-03-30T10:00Z'), FIVE, berlin)),
    '2026-03-22T23:00:00Z 2026-03-23T22:59:59.999Z',
  );
  // 23:30 UTC on Sunday is Monday there.
  assert.deepEqual(
    after(at('2026-03-22T23:30Z'), FIVE, berlin),
    after(at('2026-03-23T10:00Z'), FIVE, berlin),
  );
});

test('whether a duration has passed is the same forwards and backwards', () => {
  const some = fc.record({
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
    weekend: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 3 }),
    holidays: fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 9 }),
  });
  const instants = fc
    .integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 4, 1) })
    .map((ms) => instant(ms));
  const durations: fc.Arbitrary<Duration> = fc.oneof(
    fc.integer({ min: 0, max: 12 }).map((days) => ({ unit: 'business', days }) as const),
    fc.integer({ min: 0, max: 20 * DAY_MS }).map((ms) => ({ unit: 'calendar', ms }) as const),
  );
  fc.assert(
    fc.property(some, durations, instants, instants, (calendar, duration, one, other) => {
      const { zone, weekend } = calendar;
      const first = parseDay('2026-02-15');
      const holidays = new Map(calendar.holidays.map((day) => [plusDays(first, day), 'a holiday']));
      const all = calendars(zone, { weekend, holidays });
      const check = (start: Instant, end: Instant) => {
        const passed = after(start, duration, all);
        const began = before(end, duration, all);
        assert.equal(end >= passed.from, start <= began.to);
        assert.equal(end <= passed.to, start >= began.from);
      };
      check(one, other);
      // The edges themselves, and a millisecond beside them.
      const { from, to } = before(other, duration, all);
      for (const edge of [from - 1, from, to, to + 1]) check(instant(edge), other);
    }),
  );
});

test('sets of instants meet and unite as their members do', () => {
  const sets = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 6 })), {
      maxLength: 5,
    })
    .map((parts): Spans => unite(parts.map(([from, length]) => ({ from, to: from + length }))));
  fc.assert(
    fc.property(sets, sets, (a, b) => {
      const [both, either] = [intersect(a, b), unite([...a, ...b])];
      for (let at = -1; at <= 40; at += 1) {
        assert.equal(contains(both, at), contains(a, at) && contains(b, at));
        assert.equal(contains(either, at), contains(a, at) || contains(b, at));
      }
      for (const spans of [both, either]) {
        for (const [i, { from, to }] of spans.entries()) {
          assert.ok(from <= to && from > (spans[i - 1]?.to ?? -1));
        }
      }
    }),
  );
});
