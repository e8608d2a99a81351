import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertId, EventId, ParticipantId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../domain/instant.ts';
import { type DutyEvents, dutiesOn } from './duties-on.ts';
import { DEFAULT_DUTIES, type DutyRules } from './rules.ts';

const T0 = instant(Date.UTC(2026, 5, 16, 16));
const ALERT = 'aaaaaaaa-0000-4000-8000-000000000001' as AlertId;
const day = (n: number): Instant => plus(T0, n * DAY_MS);

const RULES: DutyRules = {
  ...DEFAULT_DUTIES,
  preAnnouncementMs: 7 * DAY_MS,
  publishPocMs: 7 * DAY_MS,
  publish: 'unless_withdrawn',
  leakReportMs: 24 * HOUR_MS,
  regulators: ['cra', 'rmsv'],
};

const NOTHING: DutyEvents = {
  alert: ALERT,
  disclosureAt: T0,
  acceptedAt: null,
  withdrawnAt: null,
  endedEarlyAt: null,
  finalTextDueAt: null,
  finalTextAt: null,
  preAnnouncedAt: null,
  publishedAt: null,
  pocSharedAt: null,
  pocPublishedAt: null,
  ownLeaks: [],
  matters: [],
};

function codes(changed: Partial<DutyEvents>, rules: DutyRules = RULES, now = day(-30)): string[] {
  return dutiesOn(rules, { ...NOTHING, ...changed }, now).map(
    ({ code, state }) => `${code} ${state}`,
  );
}

test('without a section nobody owes anything, whatever happens', () => {
  const leak = { participant: 'p' as ParticipantId, noticedAt: day(-1), reportedAt: null };
  assert.deepEqual(
    codes({ acceptedAt: day(-14), pocSharedAt: day(-14), ownLeaks: [leak] }, DEFAULT_DUTIES),
    [],
  );
});

test('duties stand in the order in which they are due, each with its own state', () => {
  const participant = 'p' as ParticipantId;
  const duties = dutiesOn(
    RULES,
    {
      ...NOTHING,
      acceptedAt: day(-14),
      finalTextDueAt: day(-1),
      preAnnouncedAt: day(-7),
      pocSharedAt: day(-5),
      ownLeaks: [{ participant, noticedAt: day(-3), reportedAt: plus(day(-2), 1) }],
      matters: [
        {
          kind: 'exploited_vulnerability',
          awareness: [{ at: day(-2), sealedIn: 'e' as EventId }],
          measureAt: null,
          submitted: { EARLY_WARNING: day(-1) },
        },
      ],
    },
    day(-1),
  );
  assert.deepEqual(
    duties.map((duty) => [duty.code, duty.rule, duty.owner, duty.dueAt, duty.state]),
    [
      ['PRE_ANNOUNCEMENT', 'R14', 'issuer', day(-7), 'done'],
      ['LEAK_REPORT', 'R59', 'participant', day(-2), 'late'],
      ['FINAL_TEXT', 'R08', 'issuer', day(-1), 'overdue'],
      ['CRA_EARLY_WARNING', 'CRA Art. 14(2)(a)', 'issuer', day(-1), 'done'],
      ['PUBLISH', 'R65', 'issuer', T0, 'open'],
      ['CRA_NOTIFICATION', 'CRA Art. 14(2)(b)', 'issuer', day(1), 'open'],
      ['PUBLISH_POC', 'R21', 'issuer', day(7), 'open'],
    ],
  );
  assert.deepEqual(
    duties.map(({ subject }) => [subject.alert, subject.participant, subject.awareness]),
    [
      [ALERT, null, null],
      [ALERT, participant, null],
      [ALERT, null, null],
      [ALERT, null, 'e'],
      [ALERT, null, null],
      [ALERT, null, 'e'],
      [ALERT, null, null],
    ],
  );
});

test('what was done after `now` was not done yet', () => {
  const published = { acceptedAt: day(-14), publishedAt: day(2) };
  assert.ok(codes(published, RULES, day(1)).includes('PUBLISH overdue'));
  assert.ok(codes(published, RULES, day(2)).includes('PUBLISH late'));
});

test('a disclosure that an event forced owes nothing ahead of itself, and so holds nothing', () => {
  const forced = {
    disclosureAt: day(-10),
    endedEarlyAt: day(-10),
    acceptedAt: day(-14),
    finalTextDueAt: day(-11),
  };
  assert.deepEqual(codes(forced, RULES, day(-10)), ['PUBLISH overdue']);
});

test('a late text is met once disclosure moves far enough, and holds it until then', () => {
  const sent = { finalTextAt: plus(day(-1), HOUR_MS) };
  const held = (disclosureAt: Instant) => {
    const finalTextDueAt = plus(disclosureAt, -DAY_MS);
    const duties = dutiesOn(RULES, { ...NOTHING, ...sent, disclosureAt, finalTextDueAt }, day(0));
    return duties.find(({ consequence }) => consequence === 'hold_disclosure')?.state;
  };
  assert.equal(held(T0), 'late');
  assert.equal(held(plus(T0, HOUR_MS - 1)), 'late');
  assert.equal(held(plus(T0, HOUR_MS)), 'done');
});

test('a withdrawn alert is announced to nobody, but its proof of concept was shared', () => {
  const withdrawn = {
    acceptedAt: day(-14),
    finalTextDueAt: day(-1),
    pocSharedAt: day(-14),
    withdrawnAt: day(-9),
  };
  assert.deepEqual(codes(withdrawn), ['PUBLISH_POC open']);
});
