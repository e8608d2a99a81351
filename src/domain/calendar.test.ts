import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addBusinessDays, type Calendar, calendarNamed, isBusinessDay } from './calendar.ts';
import { type Day, formatDay, parseDay, plusDays, WEEKDAYS } from './zone.ts';

const EASTER: Calendar = {
  name: 'easter',
  zone: 'Europe/Berlin',
  weekend: ['Sat', 'Sun'],
  covers: { from: parseDay('2026-01-01'), to: parseDay('2026-12-31') },
  holidays: new Map([
    [parseDay('2026-04-03'), 'Good Friday'],
    [parseDay('2026-04-06'), 'Easter Monday'],
  ]),
};

function moved(from: string, count: number): string {
  return formatDay(addBusinessDays(EASTER, parseDay(from), count));
}

/** Ten years with any weekend and any holidays. */
const calendars: fc.Arbitrary<Calendar> = fc
  .record({
    weekend: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 6 }),
    holidays: fc.array(fc.integer({ min: 18_000, max: 18_600 }), { maxLength: 40 }),
  })
  .map(({ weekend, holidays }) => ({
    name: 'any',
    zone: 'UTC',
    weekend,
    covers: { from: day(16_000), to: day(21_000) },
    holidays: new Map(holidays.map((each) => [day(each), 'a holiday'])),
  }));
const days = fc.integer({ min: 18_000, max: 18_600 }).map(day);
const counts = fc.integer({ min: -40, max: 40 });

function day(number: number): Day {
  return plusDays(parseDay('1970-01-01'), number);
}

/** The business days of a stretch of dates, one by one. */
function businessDays(calendar: Calendar, after: Day, to: Day): number {
  let found = 0;
  for (let at = after + 1; at <= to; at += 1) {
    if (isBusinessDay(calendar, day(at))) found += 1;
  }
  return found;
}

describe('business days', () => {
  test('skip weekends and holidays, in both directions', () => {
    assert.equal(moved('2026-04-02', 1), '2026-04-07');
    assert.equal(moved('2026-04-07', -1), '2026-04-02');
    assert.equal(moved('2026-04-02', 5), '2026-04-13');
    assert.equal(moved('2026-04-13', -5), '2026-04-02');
  });

  test('are counted from a date that is none, and zero of them do not move', () => {
    assert.equal(moved('2026-04-04', 1), '2026-04-07');
    assert.equal(moved('2026-04-04', -1), '2026-04-02');
    assert.equal(moved('2026-04-04', 0), '2026-04-04');
  });

  test('there and back is where one was, from a business day', () => {
    fc.assert(
      fc.property(calendars, days, counts, (calendar, from, count) => {
        const start = isBusinessDay(calendar, from) ? from : addBusinessDays(calendar, from, 1);
        const there = addBusinessDays(calendar, start, count);
        assert.equal(addBusinessDays(calendar, there, -count), start);
      }),
    );
  });

  test('as many lie between as were counted, and the last one is one', () => {
    fc.assert(
      fc.property(calendars, days, fc.integer({ min: 1, max: 40 }), (calendar, from, count) => {
        const to = addBusinessDays(calendar, from, count);
        assert.ok(isBusinessDay(calendar, to));
        assert.equal(businessDays(calendar, from, to), count);
        const back = addBusinessDays(calendar, from, -count);
        assert.ok(isBusinessDay(calendar, back));
        assert.equal(businessDays(calendar, day(back - 1), day(from - 1)), count);
      }),
    );
  });

  test('more days, or a later start, never end earlier', () => {
    fc.assert(
      fc.property(calendars, days, days, counts, (calendar, one, other, count) => {
        const [early, late] = one <= other ? [one, other] : [other, one];
        const end = addBusinessDays(calendar, early, count);
        assert.ok(end <= addBusinessDays(calendar, late, count));
        assert.ok(end <= addBusinessDays(calendar, early, count + 1));
      }),
    );
  });
});

describe('a gap', () => {
  test('of a calendar is an error that names the calendar, the date and what it covers', () => {
    const gap = {
      code: 'INVALID_INPUT',
      message: /easter: expected holidays for 2027-01-01, found "a calendar of 2026-01-01 to 2026/,
    };
    assert.ok(isBusinessDay(EASTER, parseDay('2026-12-31')));
    assert.throws(() => isBusinessDay(EASTER, parseDay('2027-01-01')), gap);
    assert.throws(() => addBusinessDays(EASTER, parseDay('2026-12-31'), 1), gap);
    assert.throws(() => addBusinessDays(EASTER, parseDay('2026-01-02'), -2), /for 2025-12-31/);
  });

  test('of the calendars names the one that is missing', () => {
    const calendars = new Map([['easter', EASTER]]);
    assert.equal(calendarNamed(calendars, 'easter'), EASTER);
    assert.throws(() => calendarNamed(calendars, 'programme'), {
      code: 'INVALID_INPUT',
      message:
        'calendar: expected the name of a calendar that is there (easter), found "programme"',
    });
  });
});
