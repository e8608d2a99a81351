import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Calendar } from './calendar.ts';
import { DAY_MS, formatInstant, parseInstant } from './instant.ts';
import { endedAt, type Lead, resolveSchedule } from './schedule.ts';
import { parseDay } from './zone.ts';

const PROGRAMME: Calendar = {
  name: 'programme',
  zone: 'Europe/Berlin',
  weekend: ['Sat', 'Sun'],
  covers: { from: parseDay('2026-01-01'), to: parseDay('2026-12-31') },
  holidays: new Map([[parseDay('2026-04-06'), 'Easter Monday']]),
};
const CALENDARS = new Map([['programme', PROGRAMME]]);

function business(days: number, hour: string, zone = 'Europe/Berlin'): Lead {
  return { unit: 'business', days, hour, zone, calendar: 'programme' };
}

function opensAt(disclosure: string, lead: Lead): string {
  const { opensAt } = resolveSchedule(parseInstant(disclosure), { entry: lead }, CALENDARS);
  return formatInstant(opensAt['entry'] ?? parseInstant(disclosure));
}

describe('a lead in business days', () => {
  test('skips the holiday and keeps its local hour over a change of clocks', () => {
    const disclosure = '2026-04-07T15:00:00Z';
    assert.equal(opensAt(disclosure, business(1, '15:00')), '2026-04-03T13:00:00Z');
    assert.equal(opensAt(disclosure, business(6, '15:00')), '2026-03-27T14:00:00Z');
    assert.equal(opensAt(disclosure, business(6, '15:00', 'UTC')), '2026-03-27T15:00:00Z');
  });

  test("counts from the date of disclosure in the calendar's zone", () => {
    assert.equal(opensAt('2026-04-07T21:59:59Z', business(1, '09:00')), '2026-04-03T07:00:00Z');
    assert.equal(opensAt('2026-04-07T22:00:00Z', business(1, '09:00')), '2026-04-07T07:00:00Z');
  });

  test('needs its calendar, which the error names', () => {
    const leads = { entry: business(1, '15:00') };
    const at = parseInstant('2026-04-07T15:00:00Z');
    assert.throws(() => resolveSchedule(at, leads), {
      code: 'INVALID_INPUT',
      message: /programme/,
    });
    const late = parseInstant('2027-01-02T15:00:00Z');
    assert.throws(() => resolveSchedule(late, leads, CALENDARS), /for 2027-01-01/);
  });
});

test('a wave that would open after disclosure is refused, one at disclosure is not', () => {
  const at = '2026-04-07T13:00:00Z';
  assert.equal(opensAt(at, business(0, '15:00')), at);
  const field = 'leads.entry';
  assert.throws(() => opensAt(at, business(0, '15:01')), { code: 'INVALID_INPUT', field });
  assert.equal(opensAt(at, { unit: 'calendar', ms: 0 }), at);
  assert.equal(opensAt(at, { unit: 'calendar', ms: DAY_MS }), '2026-04-06T13:00:00Z');
  assert.throws(() => opensAt(at, { unit: 'calendar', ms: -1 }), { code: 'INVALID_INPUT', field });
});

test('an embargo that ends early opens what was shut and leaves what was open', () => {
  const [open, shut] = [parseInstant('2026-03-01T00:00:00Z'), parseInstant('2026-04-01T00:00:00Z')];
  const disclosureAt = parseInstant('2026-04-02T00:00:00Z');
  const end = parseInstant('2026-03-15T12:00:00Z');
  const ended = endedAt({ disclosureAt, opensAt: { first: open, second: shut } }, end);
  assert.deepEqual(ended, { disclosureAt: end, opensAt: { first: open, second: end } });
});
