import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  at,
  CALENDAR_2026,
  findings,
  timingFacts,
  timingOf,
  verdicts,
  withEvents,
} from '../../../tests/support/timing.ts';
import { DAY_MS, plus } from '../../domain/instant.ts';
import { parseYaml } from '../yaml.ts';
import { checkTiming, type Finding, verdictOf } from './check.ts';
import type { Level, TimingCode } from './clock.ts';
import { compress } from './compress.ts';
import { parseCalendars } from './parse-calendars.ts';
import { calendarsFor } from './section.ts';

const POST = at('2026-03-02T10:00Z');

test('a disclosure in the past is rejected, and nothing else said of it; now is not past', () => {
  const timing = timingOf('  embargo: {from: first_post, min: 1d}\n  final_text: 24h');
  const past = plus(POST, -1);
  assert.deepEqual(verdicts(timing, past, past, { now: POST }), ['reject PAST']);
  assert.deepEqual(verdicts(timingOf(''), POST, POST, { now: POST }), []);
});

test('a wave that should have opened already is told now, one that was told, then', () => {
  const timing = timingOf('  notice: {at_least: 7d}');
  const disclosureAt = plus(POST, 10 * DAY_MS);
  const schedule = { disclosureAt, opensAt: { early: POST } };
  const check = (told: Record<string, typeof POST>) =>
    checkTiming(
      timing,
      { ...timingFacts(plus(POST, 4 * DAY_MS), { told }), schedule },
      calendarsFor(timing, new Map()),
    ).map(({ code }) => code);
  assert.deepEqual(check({}), ['NOTICE_TOO_LATE']);
  assert.deepEqual(check({ early: POST }), []);
});

test('a lead of a single cell can be the first notice, and is not the last of a tier', () => {
  const timing = timingOf('  notice: {at_least: 7d, at_most: 14d}');
  const disclosureAt = plus(POST, 20 * DAY_MS);
  const check = (own: number) =>
    checkTiming(
      timing,
      {
        ...timingFacts(POST),
        schedule: {
          disclosureAt,
          opensAt: {
            entry: plus(disclosureAt, -10 * DAY_MS),
            own_x: plus(disclosureAt, -own * DAY_MS),
          },
        },
      },
      calendarsFor(timing, new Map()),
    ).map(({ code }) => code);
  assert.deepEqual(check(1), []);
  assert.deepEqual(check(15), ['NOTICE_TOO_EARLY']);
});

test('an embargo counted from an event nobody has dated waits for a person', () => {
  for (const from of ['report', 'candidate_patch', 'release_start']) {
    const timing = timingOf(`  embargo: {from: ${from}, max: 7d}`);
    const [found, ...more] = findings(timing, POST, plus(POST, DAY_MS));
    assert.deepEqual(more, []);
    assert.equal(found?.code, 'ORIGIN_UNKNOWN');
    assert.equal(found?.level, 'hold');
    assert.equal(found?.name, from);
    assert.deepEqual(found?.expected, []);
  }
});

test('a calendar is asked for the dates of the schedule, not for those it could have had', () => {
  const timing = timingOf(`  embargo: {from: report, max: 10bd}\n  calendars:${CALENDAR_2026}`);
  const report = at('2026-12-28T10:00Z');
  const origins = { report, candidate_patch: null, release_start: null };
  assert.deepEqual(verdicts(timing, report, at('2026-12-31T10:00Z'), { origins }), []);
  assert.throws(() => verdicts(timing, report, at('2027-01-05T10:00Z'), { origins }), {
    code: 'INVALID_INPUT',
    message: /calendar programme: expected holidays for 2027-01-04/,
  });
});

test('nobody is told before the event that an embargo is counted from', () => {
  const timing = timingOf('  embargo: {from: report, max: 7d}');
  const origins = { report: POST, candidate_patch: null, release_start: null };
  const told = (more: number) =>
    verdicts(timing, plus(POST, more), plus(POST, DAY_MS), { origins });
  assert.deepEqual(told(-1), ['reject NOTICE_BEFORE_ORIGIN']);
  assert.deepEqual(told(0), []);
});

describe('a finding says when it would have been right', () => {
  const expected = (lines: string, disclosure: string) =>
    findings(timingOf(lines), POST, at(disclosure)).map(({ expected }) => expected);

  test('on a weekday: all of the next that will do', () => {
    assert.deepEqual(expected('  disclosure: {should: {days: [Tue]}}', '2026-03-13T16:00Z'), [
      [{ from: at('2026-03-17T00:00Z'), to: at('2026-03-18T00:00Z', -1) }],
    ]);
  });

  test('at an hour: that of the same date', () => {
    assert.deepEqual(expected('  disclosure: {must: {at: 16:00 UTC}}', '2026-03-13T15:00Z'), [
      [{ from: at('2026-03-13T16:00Z'), to: at('2026-03-13T16:00Z') }],
    ]);
  });

  test('on a business day: the next one', () => {
    const rule = '  disclosure: {must: {business_day_of: [programme]}}';
    const lines = `${rule}\n  calendars:${CALENDAR_2026}`;
    assert.deepEqual(expected(lines, '2026-04-04T10:00Z'), [
      [{ from: at('2026-04-07T00:00Z'), to: at('2026-04-08T00:00Z', -1) }],
    ]);
  });

  test('of a window: until it begins', () => {
    const lines = '  avoid: {summit: {from: 2026-05-11, to: 2026-05-13}}';
    assert.deepEqual(expected(lines, '2026-05-20T10:00Z'), [
      [{ from: POST, to: at('2026-05-11T00:00Z', -1) }],
    ]);
  });

  test('of the final text and the pre-announcement: from the first date that leaves time', () => {
    const text = findings(timingOf('  final_text: 24h'), POST, plus(POST, 60_000));
    assert.deepEqual(text[0]?.expected, [{ from: plus(POST, DAY_MS + 1), to: null }]);
    const rule = '  pre_announcement: {day: Thu, weeks_before: 1, at: 13:00 UTC}';
    const friday = at('2026-03-06T10:00Z');
    const told = findings(timingOf(rule), friday, plus(friday, DAY_MS));
    assert.deepEqual(told[0]?.expected, [{ from: at('2026-03-16T00:00Z'), to: null }]);
  });
});

test("a holiday of a participant's calendar is found by its name, a gap in it is an error", () => {
  const timing = timingOf('  disclosure: {should: {business_day_of: [participants]}}');
  const calendars = parseCalendars(
    parseYaml(
      'calendars.yaml',
      `
gulf: {zone: Asia/Dubai, weekend: [Fri, Sat], covers: 2026-01-01 to 2026-12-31, holidays: {}}
north: {zone: UTC, weekend: [Sat, Sun], covers: 2026-03-01 to 2026-03-31, holidays: {}}`,
    ),
  );
  const check = (disclosure: string) => {
    const schedule = { disclosureAt: at(disclosure), opensAt: { all: POST } };
    const facts = timingFacts(POST, { participantCalendars: ['gulf', 'north', 'gulf'] });
    return checkTiming(timing, { ...facts, schedule }, calendarsFor(timing, calendars)).map(
      ({ level, code, name }) => `${level} ${code} ${name}`,
    );
  };
  assert.deepEqual(check('2026-03-13T12:00Z'), ['warn HOLIDAY gulf']);
  // Sunday there begins while it is still Saturday in UTC.
  assert.deepEqual(check('2026-03-14T20:00Z'), ['warn HOLIDAY north']);
  assert.deepEqual(check('2026-03-16T12:00Z'), []);
  assert.throws(
    () => check('2026-04-01T12:00Z'),
    /calendar north: expected holidays for 2026-04-01/,
  );
});

test('the verdict is that of the worst finding; a reason lifts a warning and nothing else', () => {
  const finding = (level: Level, code: TimingCode): Finding => ({
    ...{ level, code, field: 'timing', name: null, asks: 'disclosure' },
    ...{ expected: [], found: POST },
  });
  const [warn, other] = [finding('warn', 'HOUR'), finding('warn', 'WEEKDAY')];
  const [hold, reject] = [finding('hold', 'ORIGIN_UNKNOWN'), finding('reject', 'MAX_EMBARGO')];
  const reasons = { HOUR: 'a release train', ORIGIN_UNKNOWN: 'no', MAX_EMBARGO: 'no' };
  assert.equal(verdictOf([], {}), 'save');
  assert.equal(verdictOf([warn], {}), 'reason_missing');
  assert.equal(verdictOf([warn], { HOUR: ' ' }), 'reason_missing');
  assert.equal(verdictOf([warn], { WEEKDAY: 'another code' }), 'reason_missing');
  assert.equal(verdictOf([warn], reasons), 'save');
  assert.equal(verdictOf([warn, other], reasons), 'reason_missing');
  assert.equal(verdictOf([warn, hold], reasons), 'hold');
  assert.equal(verdictOf([hold, reject, warn], reasons), 'reject');
});

test('waves are not brought forward to before the fix that their list waits for', () => {
  const timing = timingOf('  compress_when: exploited\n  notice: {after_fix: all}');
  const schedule = { disclosureAt: plus(POST, 7 * DAY_MS), opensAt: { all: plus(POST, DAY_MS) } };
  const tiers = (fixReadyAt: typeof POST | null) =>
    compress(
      timing,
      schedule,
      timingFacts(POST, { vulnerability: withEvents({ exploitedAt: POST, fixReadyAt }) }),
    )?.tiers;
  assert.equal(tiers(null), undefined);
  assert.equal(tiers(plus(POST, 1)), undefined);
  assert.deepEqual(tiers(POST), ['all']);
});
