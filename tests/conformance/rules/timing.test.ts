import assert from 'node:assert/strict';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../../src/domain/instant.ts';
import { UNASSESSED } from '../../../src/domain/vulnerability.ts';
import { verdictOf } from '../../../src/policy/timing/check.ts';
import { compress } from '../../../src/policy/timing/compress.ts';
import { finalTextDueAt, preAnnouncementAt } from '../../../src/policy/timing/dues.ts';
import { ownNoticeAt } from '../../../src/policy/timing/own-embargo.ts';
import { settle } from '../../../src/policy/timing/settle.ts';
import { rule } from '../../support/rule.ts';
import {
  at,
  CALENDAR_2026,
  findings,
  timingFacts,
  timingOf,
  verdicts,
  withEvents,
} from '../../support/timing.ts';

const POST = at('2026-03-02T10:00Z');

/** What is found of a disclosure that long after a notice. */
function after(timing: ReturnType<typeof timingOf>, notice: Instant, ms: number, more = {}) {
  return verdicts(timing, notice, plus(notice, ms), more);
}

rule(
  'R01',
  'an embargo of 14 days from the first post is taken, a millisecond more is not',
  {
    in: 'src/policy/timing/embargo-clocks.ts',
    from: 'onNotice(head, length.origins)',
    to: 'onNotice(head, () => since(0))',
  },
  () => {
    const timing = timingOf('  embargo: {from: first_post, max: 14d}');
    assert.deepEqual(after(timing, POST, 14 * DAY_MS - 1), []);
    assert.deepEqual(after(timing, POST, 14 * DAY_MS), []);
    assert.deepEqual(after(timing, POST, 14 * DAY_MS + 1), ['reject MAX_EMBARGO']);
    assert.deepEqual(findings(timing, POST, plus(POST, 14 * DAY_MS + 1)), [
      {
        code: 'MAX_EMBARGO',
        level: 'reject',
        field: 'timing.embargo.max',
        name: null,
        asks: 'disclosure',
        expected: [{ from: null, to: plus(POST, 14 * DAY_MS) }],
        found: plus(POST, 14 * DAY_MS + 1),
      },
    ]);
  },
);

rule(
  'R02',
  'more than 7 days is warned of, less than a day needs an extreme reason',
  {
    in: 'src/policy/timing/embargo-clocks.ts',
    from: "code: 'LONG_EMBARGO', level: 'warn'",
    to: "code: 'LONG_EMBARGO', level: 'reject'",
  },
  () => {
    const timing = timingOf(
      '  embargo: {from: first_post, warn_above: 7d, min: 1d, shorter_for: [extreme]}',
    );
    assert.deepEqual(after(timing, POST, 8 * DAY_MS), ['warn LONG_EMBARGO']);
    assert.deepEqual(after(timing, POST, 7 * DAY_MS + 1), ['warn LONG_EMBARGO']);
    assert.deepEqual(after(timing, POST, 7 * DAY_MS), []);
    assert.deepEqual(after(timing, POST, 6 * DAY_MS), []);
    assert.deepEqual(after(timing, POST, DAY_MS), []);
    assert.deepEqual(after(timing, POST, DAY_MS - 1), ['reject MIN_EMBARGO']);
    assert.deepEqual(after(timing, POST, 5 * HOUR_MS), ['reject MIN_EMBARGO']);
    assert.deepEqual(after(timing, POST, 5 * HOUR_MS, { reasons: ['extreme'] }), []);
    const long = findings(timing, POST, plus(POST, 8 * DAY_MS));
    assert.equal(verdictOf(long, {}), 'reason_missing');
    assert.equal(verdictOf(long, { LONG_EMBARGO: 'two vendors share one fix' }), 'save');
  },
);

rule(
  'R03',
  'a post of Thursday or Friday may wait up to 19 days for a Monday or Tuesday',
  {
    in: 'src/policy/timing/embargo-clocks.ts',
    from: 'weekdays(instant(from), end, posted, zone)',
    to: 'weekdays(instant(from), end, falls, zone)',
  },
  () => {
    const timing = timingOf(
      '  embargo: {from: first_post, max: 14d, ' +
        'stretch: {posted: [Thu, Fri], falls: [Mon, Tue], max: 19d}}',
    );
    const thursday = at('2026-03-05T10:00Z');
    const refused = ['reject MAX_EMBARGO'];
    assert.deepEqual(after(timing, thursday, 19 * DAY_MS - 1), []);
    assert.deepEqual(after(timing, thursday, 19 * DAY_MS), []);
    assert.deepEqual(after(timing, thursday, 19 * DAY_MS + 1), refused);
    assert.deepEqual(after(timing, thursday, 20 * DAY_MS), refused);
    assert.deepEqual(after(timing, POST, 15 * DAY_MS), refused);
    // Thursday is a Thursday from its first instant to its last, and Monday is a Monday.
    const [monday, before] = [at('2026-03-23T00:00Z'), at('2026-03-23T00:00Z', -1)];
    assert.deepEqual(verdicts(timing, thursday, monday), []);
    assert.deepEqual(verdicts(timing, thursday, before), refused);
    assert.deepEqual(verdicts(timing, at('2026-03-05T00:00Z'), monday), []);
    assert.deepEqual(verdicts(timing, at('2026-03-05T00:00Z', -1), monday), refused);
    assert.deepEqual(verdicts(timing, at('2026-03-07T00:00Z', -1), monday), []);
    assert.deepEqual(verdicts(timing, at('2026-03-07T00:00Z'), monday), refused);
  },
);

rule(
  'R04',
  'a list that waits for the fix is told of a kernel alert at no instant before it',
  {
    in: 'src/policy/timing/notice-clocks.ts',
    from: 'fixReadyAt === null ? NEVER',
    to: 'fixReadyAt === null ? since(0)',
  },
  () => {
    const timing = timingOf('  notice: {after_fix: [kernel]}');
    const disclosure = plus(POST, 7 * DAY_MS);
    const found = (products: readonly string[], fixReadyAt: Instant | null) =>
      verdicts(timing, POST, disclosure, {
        vulnerability: { ...withEvents({ fixReadyAt }), products },
      });
    assert.deepEqual(found(['kernel'], null), ['reject FIX_NOT_READY']);
    assert.deepEqual(found(['kernel'], plus(POST, 1)), ['reject FIX_NOT_READY']);
    assert.deepEqual(found(['kernel'], POST), []);
    assert.deepEqual(found(['kernel'], plus(POST, -1)), []);
    assert.deepEqual(found(['editor'], null), []);
  },
);

rule(
  'R05',
  'a fix is under embargo for 7 days from the start of its release, for 14 with a reason',
  {
    in: 'src/policy/timing/embargo-clocks.ts',
    from: '[max, ...longerFor(embargo, facts)]',
    to: '[max]',
  },
  () => {
    const timing = timingOf(
      '  embargo: {from: release_start, max: 7d, longer_for: {qa: 14d, rollout: 14d}}',
    );
    const [start, notice] = [POST, plus(POST, HOUR_MS)];
    const found = (ms: number, ...reasons: string[]) =>
      verdicts(timing, notice, plus(start, ms), {
        now: start,
        origins: { report: null, candidate_patch: null, release_start: start },
        reasons,
      });
    assert.deepEqual(found(7 * DAY_MS), []);
    assert.deepEqual(found(7 * DAY_MS + 1), ['reject MAX_EMBARGO']);
    assert.deepEqual(found(8 * DAY_MS), ['reject MAX_EMBARGO']);
    for (const reason of ['qa', 'rollout']) {
      assert.deepEqual(found(8 * DAY_MS, reason), []);
      assert.deepEqual(found(14 * DAY_MS, reason), []);
      assert.deepEqual(found(14 * DAY_MS + 1, reason), ['reject MAX_EMBARGO']);
      assert.deepEqual(found(15 * DAY_MS, reason), ['reject MAX_EMBARGO']);
    }
    assert.throws(() => found(8 * DAY_MS, 'holidays'), {
      code: 'INVALID_INPUT',
      message: 'reasons[0]: expected one of qa, rollout, found "holidays"',
    });
  },
);

rule(
  'R06',
  'notice is due within 5 business days of the report, disclosure within 10 of the notice',
  {
    in: 'src/policy/timing/notice-clocks.ts',
    from: 'until(after(report, notice, calendars).to)',
    to: 'until(after(report, notice, calendars).from)',
  },
  () => {
    const timing = timingOf(
      `  targets: {notice: 5bd, disclosure: 10bd}\n  calendars:${CALENDAR_2026}`,
    );
    const found = (notice: Instant, disclosure: Instant) =>
      verdicts(timing, notice, disclosure, {
        origins: { report: POST, candidate_patch: null, release_start: null },
      });
    const [due, late] = [at('2026-03-10T00:00Z', -1), at('2026-03-10T00:00Z')];
    assert.deepEqual(found(due, at('2026-03-16T10:00Z')), []);
    assert.deepEqual(found(late, at('2026-03-16T10:00Z')), ['warn TRIAGE_OVERDUE']);
    const monday = at('2026-03-09T10:00Z');
    assert.deepEqual(found(monday, at('2026-03-24T00:00Z', -1)), []);
    assert.deepEqual(found(monday, at('2026-03-24T00:00Z')), ['warn DISCLOSURE_OVERDUE']);
    // Good Friday and Easter Monday are not worked: the ten days end two dates later.
    const [lent, end] = [at('2026-03-30T10:00Z'), at('2026-04-16T00:00Z')];
    assert.deepEqual(found(lent, plus(end, -1)), ['warn TRIAGE_OVERDUE']);
    assert.deepEqual(found(lent, end), ['warn TRIAGE_OVERDUE', 'warn DISCLOSURE_OVERDUE']);
    assert.deepEqual(verdicts(timing, lent, plus(end, -1)), ['hold ORIGIN_UNKNOWN']);
  },
);

rule(
  'R07',
  'every wave is told at least 7 and the first at most 28 days before disclosure',
  {
    in: 'src/policy/timing/notice-clocks.ts',
    from: "level: 'reject', of: 'every' }",
    to: "level: 'reject', of: 'first' }",
  },
  () => {
    const timing = timingOf('  notice: {at_least: 7d, at_most: 28d}');
    const lead = (ms: number) => after(timing, POST, ms);
    assert.deepEqual(lead(7 * DAY_MS - HOUR_MS), ['reject NOTICE_TOO_LATE']);
    assert.deepEqual(lead(7 * DAY_MS - 1), ['reject NOTICE_TOO_LATE']);
    assert.deepEqual(lead(7 * DAY_MS), []);
    assert.deepEqual(lead(7 * DAY_MS + 1), []);
    assert.deepEqual(lead(28 * DAY_MS - 1), []);
    assert.deepEqual(lead(28 * DAY_MS), []);
    assert.deepEqual(lead(28 * DAY_MS + 1), ['reject NOTICE_TOO_EARLY']);
    assert.deepEqual(lead(28 * DAY_MS + HOUR_MS), ['reject NOTICE_TOO_EARLY']);
    const told = { told: { early: plus(POST, -7 * DAY_MS) } };
    assert.deepEqual(after(timing, POST, 7 * DAY_MS, told), []);
    assert.deepEqual(after(timing, POST, 7 * DAY_MS - 1, told), ['reject NOTICE_TOO_LATE']);
  },
);

rule(
  'R08',
  'without the final text 24 hours before, its duty is overdue and disclosure on hold',
  {
    in: 'src/policy/timing/dues.ts',
    from: 'finalTextAt ?? instant(now + 1)',
    to: 'finalTextAt ?? now',
  },
  () => {
    const timing = timingOf('  final_text: 24h');
    const disclosure = plus(POST, 7 * DAY_MS);
    const due = plus(disclosure, -DAY_MS);
    assert.equal(finalTextDueAt(timing, disclosure, new Map()), due);
    const found = (now: Instant, finalTextAt: Instant | null) =>
      verdicts(timing, POST, disclosure, { now, finalTextAt });
    assert.deepEqual(found(plus(due, -1), null), []);
    assert.deepEqual(found(due, null), ['hold FINAL_TEXT_OVERDUE']);
    assert.deepEqual(found(plus(due, 1), null), ['hold FINAL_TEXT_OVERDUE']);
    assert.deepEqual(found(plus(due, 1), plus(due, -1)), []);
    assert.deepEqual(found(plus(due, 1), due), []);
    assert.deepEqual(found(plus(due, 1), plus(due, 1)), ['hold FINAL_TEXT_OVERDUE']);
    const late = findings(timing, POST, disclosure, { now: due });
    assert.equal(verdictOf(late, { FINAL_TEXT_OVERDUE: 'a reason lifts no hold' }), 'hold');
  },
);

rule(
  'R09',
  'disclosure should be at 16:00 UTC of a weekday but Friday: anything else is warned of',
  {
    in: 'src/policy/timing/disclosure-clocks.ts',
    from: "clocks(should, 'should', 'warn')",
    to: "clocks(should, 'should', 'reject')",
  },
  () => {
    const timing = timingOf(
      '  disclosure:\n    should: {days: [Mon, Tue, Wed, Thu], at: 16:00 UTC}',
    );
    const found = (text: string, more = 0) => verdicts(timing, POST, at(text, more));
    assert.deepEqual(found('2026-03-13T16:00Z'), ['warn WEEKDAY']);
    assert.deepEqual(found('2026-03-10T15:00Z'), ['warn HOUR']);
    assert.deepEqual(found('2026-03-10T16:00Z', -1), ['warn HOUR']);
    assert.deepEqual(found('2026-03-10T16:00Z'), []);
    assert.deepEqual(found('2026-03-10T16:00Z', 1), ['warn HOUR']);
    assert.deepEqual(found('2026-03-13T00:00Z', -1), ['warn HOUR']);
    assert.deepEqual(found('2026-03-13T00:00Z'), ['warn WEEKDAY', 'warn HOUR']);
    assert.deepEqual(found('2026-03-16T00:00Z', -1), ['warn WEEKDAY', 'warn HOUR']);
    assert.deepEqual(found('2026-03-16T00:00Z'), ['warn HOUR']);
  },
);

rule(
  'R10',
  'disclosure is 5 to 10 business days after notice, 15:00 UTC, no Monday, Friday, holiday',
  {
    in: 'src/policy/timing/disclosure-clocks.ts',
    from: "clocks(must, 'must', 'reject')",
    to: "clocks(must, 'must', 'warn')",
  },
  () => {
    const timing = timingOf(
      `  notice: {at_least: 5bd, at_most: 10bd}
  disclosure:
    must: {days: [Tue, Wed, Thu], at: 15:00 UTC, business_day_of: [programme]}
  calendars:${CALENDAR_2026.replace('2026-12-25:', '2026-03-18: A feast, 2026-12-25:')}`,
    );
    const tuesday = at('2026-03-10T15:00Z');
    const told = (text: string, more = 0) => verdicts(timing, at(text, more), tuesday);
    assert.deepEqual(told('2026-03-04T10:00Z'), ['reject NOTICE_TOO_LATE']);
    assert.deepEqual(told('2026-03-03T18:00Z'), []);
    assert.deepEqual(told('2026-03-04T00:00Z', -1), []);
    assert.deepEqual(told('2026-03-04T00:00Z'), ['reject NOTICE_TOO_LATE']);
    assert.deepEqual(told('2026-02-24T00:00Z'), []);
    assert.deepEqual(told('2026-02-24T00:00Z', -1), ['reject NOTICE_TOO_EARLY']);
    const on = (text: string, more = 0) =>
      verdicts(timing, at('2026-03-06T10:00Z'), at(text, more));
    assert.deepEqual(on('2026-03-17T15:00Z'), []);
    assert.deepEqual(on('2026-03-17T15:00Z', 1), ['reject HOUR']);
    assert.deepEqual(on('2026-03-17T15:00Z', -1), ['reject HOUR']);
    assert.deepEqual(on('2026-03-16T15:00Z'), ['reject WEEKDAY']);
    assert.deepEqual(on('2026-03-20T15:00Z'), ['reject WEEKDAY']);
    assert.deepEqual(on('2026-03-18T15:00Z'), ['reject HOLIDAY']);
    assert.deepEqual(on('2026-03-18T00:00Z', -1), ['reject HOUR']);
    assert.deepEqual(on('2026-03-19T00:00Z', -1), ['reject HOUR', 'reject HOLIDAY']);
    assert.deepEqual(on('2026-03-19T15:00Z'), []);
  },
);

rule(
  'R11',
  '21 days from the candidate patch, 28 if exceptional, touching no holiday or quarter end',
  {
    in: 'src/policy/timing/window.ts',
    from: 'endOfDay(last.to, zone) + 1',
    to: 'endOfDay(last.to, zone)',
  },
  () => {
    const timing =
      timingOf(`  embargo: {from: candidate_patch, max: 21d, longer_for: {exceptional: 28d}}
  avoid:
    quarter end: {last_of_quarter: 7d}
    winter: {from: 12-20, to: 01-04}
    summit: {from: 2026-05-11, to: 2026-05-13}`);
    const found = (patch: Instant, ms: number, ...reasons: string[]) =>
      verdicts(timing, plus(patch, 1), plus(patch, ms), {
        now: patch,
        origins: { report: null, candidate_patch: patch, release_start: null },
        reasons,
      });
    const patch = at('2026-02-02T10:00Z');
    assert.deepEqual(found(patch, 21 * DAY_MS), []);
    assert.deepEqual(found(patch, 21 * DAY_MS + 1), ['reject MAX_EMBARGO']);
    assert.deepEqual(found(patch, 22 * DAY_MS), ['reject MAX_EMBARGO']);
    assert.deepEqual(found(patch, 28 * DAY_MS, 'exceptional'), []);
    assert.deepEqual(found(patch, 28 * DAY_MS + 1, 'exceptional'), ['reject MAX_EMBARGO']);

    const window = (notice: Instant, disclosure: Instant) =>
      findings(timing, notice, disclosure, {
        origins: { report: null, candidate_patch: notice, release_start: null },
      }).map(({ code, level, name }) => `${level} ${code} ${name}`);
    const touches = (name: string) => [`reject WINDOW ${name}`];
    const [quarter, next] = [at('2026-03-25T00:00Z'), at('2026-04-01T00:00Z')];
    assert.deepEqual(window(at('2026-03-16T10:00Z'), plus(quarter, -1)), []);
    assert.deepEqual(window(at('2026-03-16T10:00Z'), quarter), touches('quarter end'));
    assert.deepEqual(window(at('2026-03-16T10:00Z'), plus(next, -1)), touches('quarter end'));
    assert.deepEqual(window(at('2026-03-16T10:00Z'), next), touches('quarter end'));
    assert.deepEqual(window(plus(next, -1), plus(next, DAY_MS)), touches('quarter end'));
    assert.deepEqual(window(next, plus(next, DAY_MS)), []);
    const january = at('2027-01-05T00:00Z');
    assert.deepEqual(window(plus(january, -1), plus(january, DAY_MS)), touches('winter'));
    assert.deepEqual(window(january, plus(january, DAY_MS)), []);
    assert.deepEqual(window(at('2026-05-08T00:00Z'), at('2026-05-11T00:00Z')), touches('summit'));
    assert.deepEqual(window(at('2026-05-08T00:00Z'), at('2026-05-11T00:00Z', -1)), []);
  },
);

rule(
  'R15',
  'the public is told the date on the Thursday of the week before',
  {
    in: 'src/policy/timing/dues.ts',
    from: 'WEEKDAYS.indexOf(day) - 7 * weeksBefore',
    to: 'WEEKDAYS.indexOf(day)',
  },
  () => {
    const timing = timingOf('  pre_announcement: {day: Thu, weeks_before: 1, at: 13:00 UTC}');
    const thursday = at('2026-07-16T13:00Z');
    const tuesday = at('2026-07-21T17:00Z');
    assert.equal(preAnnouncementAt(timing, tuesday), thursday);
    assert.equal(preAnnouncementAt(timing, at('2026-07-20T00:00Z')), thursday);
    assert.equal(preAnnouncementAt(timing, at('2026-07-27T00:00Z', -1)), thursday);
    assert.equal(preAnnouncementAt(timing, at('2026-07-20T00:00Z', -1)), at('2026-07-09T13:00Z'));
    const found = (now: Instant, preAnnouncedAt: Instant | null) =>
      verdicts(timing, now, tuesday, { now, preAnnouncedAt });
    assert.deepEqual(found(plus(thursday, -1), null), []);
    assert.deepEqual(found(thursday, null), []);
    assert.deepEqual(found(plus(thursday, 1), null), ['warn PRE_ANNOUNCEMENT_MISSED']);
    assert.deepEqual(found(plus(thursday, 1), thursday), []);
  },
);

rule(
  'R17',
  'once it is exploited, the waves to come open now, and why is on record',
  {
    in: 'src/policy/timing/compress.ts',
    from: 'opensAt[tier] = now',
    to: 'opensAt[tier] = exploitedAt',
  },
  () => {
    const timing = timingOf('  compress_when: exploited');
    const disclosureAt = plus(POST, 7 * DAY_MS);
    const [now, exploitedAt] = [plus(POST, DAY_MS), plus(POST, HOUR_MS)];
    const schedule = {
      disclosureAt,
      opensAt: { early: POST, due: now, soon: plus(now, 1), late: plus(disclosureAt, -DAY_MS) },
    };
    const exploited = (at: Instant | null) =>
      timingFacts(now, { told: { early: POST }, vulnerability: withEvents({ exploitedAt: at }) });
    assert.deepEqual(compress(timing, schedule, exploited(exploitedAt)), {
      schedule: { disclosureAt, opensAt: { early: POST, due: now, soon: now, late: now } },
      because: 'exploited',
      exploitedAt,
      tiers: ['soon', 'late'],
    });
    assert.equal(compress(timing, schedule, exploited(now))?.exploitedAt, now);
    assert.equal(compress(timing, schedule, exploited(plus(now, 1))), null);
    assert.equal(compress(timing, schedule, exploited(null)), null);
    assert.equal(compress(timingOf(''), schedule, exploited(exploitedAt)), null);
  },
);

rule(
  'R38',
  'a participant that keeps 5 days is told 5 days before, whatever its wave',
  { in: 'src/policy/timing/own-embargo.ts', from: 'Math.max(', to: 'Math.min(' },
  () => {
    const disclosure = plus(POST, 9 * DAY_MS);
    const five = plus(disclosure, -5 * DAY_MS);
    assert.equal(ownNoticeAt(POST, disclosure, 5 * DAY_MS), five);
    assert.equal(ownNoticeAt(plus(five, -1), disclosure, 5 * DAY_MS), five);
    assert.equal(ownNoticeAt(plus(five, 1), disclosure, 5 * DAY_MS), plus(five, 1));
    assert.equal(ownNoticeAt(POST, disclosure, null), POST);
    assert.equal(ownNoticeAt(POST, disclosure, 0), disclosure);
  },
);

rule(
  'R57',
  'no embargo is opened on what is public or exploited',
  {
    in: 'src/policy/timing/clocks.ts',
    from: 'exploitedAt !== null && exploitedAt <= now',
    to: 'exploitedAt !== null && exploitedAt < now',
  },
  () => {
    const timing = timingOf('  no_embargo_when: [public, exploited]');
    const found = (events: object, opens = true) =>
      findings(timing, POST, plus(POST, DAY_MS), {
        now: POST,
        opens,
        vulnerability: withEvents(events),
      }).map(({ level, code, name }) => `${level} ${code} ${name}`);
    for (const [event, name] of [
      ['publicAt', 'public'],
      ['exploitedAt', 'exploited'],
    ] as const) {
      assert.deepEqual(found({ [event]: plus(POST, -1) }), [`reject NO_EMBARGO_POSSIBLE ${name}`]);
      assert.deepEqual(found({ [event]: POST }), [`reject NO_EMBARGO_POSSIBLE ${name}`]);
      assert.deepEqual(found({ [event]: plus(POST, 1) }), []);
      assert.deepEqual(found({ [event]: POST }, false), []);
    }
    assert.deepEqual(found({}), []);
  },
);

rule(
  'R58',
  'of 14, 10 and 21 days 10 win, and 5 if the discoverer says so',
  {
    in: 'src/policy/timing/settle.ts',
    from: 'a.disclosureAt - b.disclosureAt',
    to: 'b.disclosureAt - a.disclosureAt',
  },
  () => {
    const bid = (by: string, days: number, discoverer = false) => ({
      by,
      disclosureAt: plus(POST, days * DAY_MS),
      discoverer,
    });
    const three = [bid('a', 14), bid('b', 10), bid('c', 21)];
    assert.deepEqual(settle(three), bid('b', 10));
    assert.deepEqual(settle([...three, bid('finder', 5, true)]), bid('finder', 5, true));
    assert.deepEqual(settle([...three, bid('finder', 12, true)]), bid('b', 10));
    assert.deepEqual(settle([...three, bid('finder', 10, true)]), bid('finder', 10, true));
    assert.equal(settle([]), null);
    const found = (ms: number) => after(timingOf(''), POST, ms, { bids: three });
    assert.deepEqual(found(10 * DAY_MS - 1), []);
    assert.deepEqual(found(10 * DAY_MS), []);
    assert.deepEqual(found(10 * DAY_MS + 1), ['reject SHORTER_PROPOSED']);
  },
);

rule(
  'R69',
  'what a machine found is not put under embargo, where the pack says so',
  { in: 'src/policy/timing/clocks.ts', from: "discovery === 'ai'", to: "discovery === 'human'" },
  () => {
    const found = (words: string, discovery: 'ai' | 'human' | 'unknown', ms: number) =>
      verdicts(timingOf(`  no_embargo_when: ${words}`), POST, plus(POST, ms), {
        vulnerability: { ...UNASSESSED, discovery },
      });
    assert.deepEqual(found('[ai_found]', 'ai', 1), ['reject NO_EMBARGO_POSSIBLE']);
    assert.deepEqual(found('[ai_found]', 'ai', 0), []);
    assert.deepEqual(found('[public, exploited]', 'ai', 1), []);
    assert.deepEqual(found('[ai_found]', 'human', 1), []);
    assert.deepEqual(found('[ai_found]', 'unknown', 1), []);
  },
);
