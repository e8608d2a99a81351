import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant, type Instant, instant, parseInstant } from './instant.ts';
import {
  dayOf,
  endOfDay,
  formatDay,
  instantAt,
  isZone,
  parseDay,
  plusDays,
  startOfDay,
  WEEKDAYS,
  weekdayOf,
} from './zone.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'];
const zones = fc.constantFrom(...ZONES);
const days = fc
  .integer({ min: 0, max: 47_000 })
  .map((days) => plusDays(parseDay('1970-01-01'), days));
const instants = fc
  .integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2035, 0, 1) })
  .map((ms) => instant(ms));
const hours = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

test('local times of 31 changes of clocks are the instants another program finds', () => {
  const file = join(import.meta.dirname, '../../testdata/local-time/vectors.txt');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.ok(lines.length > 500);
  for (const line of lines) {
    const [zone = '', day = '', hour = '', at] = line.split(' ');
    assert.equal(formatInstant(instantAt(parseDay(day), hour, zone)), at, line);
  }
});

test('a skipped time is the first instant after the gap, a repeated one the earlier', () => {
  const at = (day: string, hour: string, zone: string) =>
    formatInstant(instantAt(parseDay(day), hour, zone));
  assert.equal(at('2026-03-29', '01:59', 'Europe/Berlin'), '2026-03-29T00:59:00Z');
  assert.equal(at('2026-03-29', '02:30', 'Europe/Berlin'), '2026-03-29T01:00:00Z');
  assert.equal(at('2026-10-25', '02:30', 'Europe/Berlin'), '2026-10-25T00:30:00Z');
  assert.equal(at('2026-03-08', '02:00', 'America/New_York'), '2026-03-08T07:00:00Z');
  assert.equal(at('2026-11-01', '01:30', 'America/New_York'), '2026-11-01T05:30:00Z');
});

test('parse is the inverse of format, and weekdays follow one another', () => {
  fc.assert(
    fc.property(days, (day) => {
      assert.equal(parseDay(formatDay(day)), day);
      const next = WEEKDAYS[(WEEKDAYS.indexOf(weekdayOf(day)) + 1) % 7];
      assert.equal(weekdayOf(plusDays(day, 1)), next);
    }),
  );
  assert.equal(weekdayOf(parseDay('1970-01-01')), 'Thu');
  assert.equal(weekdayOf(parseDay('2026-12-25')), 'Fri');
});

test('a date that does not exist is refused, not moved', () => {
  for (const text of ['2026-02-29', '2026-13-01', '2026-1-1', '2026-12-25T00:00:00Z', '']) {
    assert.throws(() => parseDay(text, 'from'), { code: 'INVALID_INPUT', field: 'from' });
  }
});

test('a time of day and a zone that do not exist are refused', () => {
  const day = parseDay('2026-01-01');
  for (const hour of ['24:00', '7:00', '16:60', '16:00:00', '']) {
    assert.throws(() => instantAt(day, hour, 'UTC'), { code: 'INVALID_INPUT', field: 'hour' });
  }
  for (const zone of ['Europe/Berlon', 'Mars', '', '+02:00', ' UTC']) {
    assert.equal(isZone(zone), false, zone);
  }
  assert.throws(() => dayOf(instant(0), 'Mars'), { code: 'INVALID_INPUT', field: 'zone' });
  for (const zone of [...ZONES, 'Etc/GMT+12', 'America/Argentina/Buenos_Aires']) {
    assert.equal(isZone(zone), true, zone);
  }
});

test('every instant is within the date that its clocks show, and in no other', () => {
  fc.assert(
    fc.property(instants, zones, (at, zone) => {
      const day = dayOf(at, zone);
      assert.ok(startOfDay(day, zone) <= at && at <= endOfDay(day, zone));
      assert.equal(endOfDay(day, zone) + 1, startOfDay(plusDays(day, 1), zone));
    }),
  );
});

test('an hour of a date is on that date, and later hours are no earlier', () => {
  const range = { from: parseDay('2015-01-01'), to: parseDay('2034-12-31') };
  const recent = fc
    .integer({ min: range.from, max: range.to })
    .map((day) => plusDays(parseDay('1970-01-01'), day));
  fc.assert(
    fc.property(recent, hours, hours, zones, (day, one, other, zone) => {
      const [early, late] = one <= other ? [one, other] : [other, one];
      const at = instantAt(day, early, zone);
      assert.equal(dayOf(at, zone), day);
      assert.ok(at <= instantAt(day, late, zone));
    }),
  );
});

test('far ends of time do not overflow', () => {
  assert.equal(instantAt(parseDay('1970-01-01'), '00:00', 'UTC'), 0);
  const last: Instant = parseInstant('9999-12-31T23:59:59Z');
  assert.equal(formatDay(dayOf(last, 'UTC')), '9999-12-31');
});
