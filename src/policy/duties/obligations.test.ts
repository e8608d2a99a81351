import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDINGS } from '../../domain/enrolment.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../domain/instant.ts';
import type { ReportWord } from '../../domain/obligation.ts';
import { type ObligationFacts, obligationsOf, owedBy, turnsOnGrant } from './obligations.ts';
import { DEFAULT_DUTIES, type DutyRules } from './rules.ts';

const T0 = instant(Date.UTC(2026, 5, 16, 16));
const GRANTED = plus(T0, -14 * DAY_MS);
const after = (hours: number, from: Instant = GRANTED) => plus(from, hours * HOUR_MS);

const RULES: DutyRules = {
  ...DEFAULT_DUTIES,
  keepEmbargo: true,
  acknowledgeMs: 48 * HOUR_MS,
  leakReportMs: 24 * HOUR_MS,
  statusReport: { from: 'T0', ms: -24 * HOUR_MS },
  post: { from: 'T0', ms: 24 * HOUR_MS },
  returnCopiesMs: 7 * DAY_MS,
};

const FACTS: ObligationFacts = {
  grantedAt: GRANTED,
  disclosureAt: T0,
  standing: 'active',
  standingSince: null,
  receivedAt: GRANTED,
  acknowledgedAt: null,
  reports: [],
  leaks: [],
  revisions: [],
};

function states(change: Partial<ObligationFacts>, now: Instant): string[] {
  const facts = { ...FACTS, ...change };
  return obligationsOf(RULES, facts, now).map(({ code, state }) => `${code} ${state}`);
}

/** The state of one at the millisecond before an instant, at it, and after; null: not owed. */
function around(code: string, at: Instant, change: Partial<ObligationFacts> = {}) {
  return [-1, 0, 1].map((ms) => {
    const found = obligationsOf(RULES, { ...FACTS, ...change }, plus(at, ms));
    return found.find((each) => each.code === code)?.state ?? null;
  });
}

test('without a section nobody owes anything', () => {
  assert.deepEqual(obligationsOf(DEFAULT_DUTIES, FACTS, GRANTED), []);
});

test('what is due has its instant, what may never happen a time from it', () => {
  const owed = owedBy(RULES, FACTS, GRANTED).map(({ code, dueAt, withinMs }) => [
    code,
    dueAt ?? withinMs,
  ]);
  assert.deepEqual(owed, [
    ['keep_embargo', T0],
    ['acknowledge', after(48)],
    ['leak_report', 24 * HOUR_MS],
    ['status_report', after(-24, T0)],
    ['post', after(24, T0)],
    ['return_copies', 7 * DAY_MS],
  ]);
});

test('an embargo binds until disclosure and is never met: at exactly T0 it is over', () => {
  assert.deepEqual(around('keep_embargo', T0), ['binding', null, null]);
});

test('silence is overdue at the due instant; done at it is in time, then it is late', () => {
  const due = after(48);
  assert.deepEqual(around('acknowledge', due), ['open', 'overdue', 'overdue']);
  assert.deepEqual(around('acknowledge', due, { acknowledgedAt: due }), ['open', 'done', 'done']);
  const late = { acknowledgedAt: plus(due, 1) };
  assert.deepEqual(around('acknowledge', due, late), ['open', 'overdue', 'late']);
});

test('the first report counts, and one of something else does not', () => {
  const due = after(-24, T0);
  const report = (code: 'status_report' | 'return_copies', at: Instant) => ({
    code,
    says: 'fixed' as const,
    at,
  });
  const said = [report('status_report', plus(due, -1)), report('status_report', plus(due, 1))];
  assert.deepEqual(around('status_report', due, { reports: said }), ['done', 'done', 'done']);
  const other = [report('return_copies', plus(due, -1))];
  assert.deepEqual(around('status_report', due, { reports: other })[1], 'overdue');
});

test('a protection under way is no protection yet; the first that is ready counts', () => {
  const due = after(-24, T0);
  const rules = { ...DEFAULT_DUTIES, protectionReport: { from: 'T0', ms: -24 * HOUR_MS } } as const;
  const state = (...words: readonly ReportWord[]) => {
    const code = 'protection_report';
    const reports = words.map((says, n) => ({ code, says, at: plus(due, n - 3) }) as const);
    return obligationsOf(rules, { ...FACTS, reports }, plus(due, 1))[0]?.state;
  };
  assert.equal(state('in_work', 'tested'), 'overdue');
  assert.equal(state('in_work', 'tested', 'ready'), 'done');
  assert.equal(state('in_work', 'tested', 'tested', 'tested', 'shipped'), 'late');
});

test('a revision is tried anew within its time; of several the first untried one counts', () => {
  const rules = { ...DEFAULT_DUTIES, retestMs: 24 * HOUR_MS };
  const state = (now: Instant, ...revisions: ObligationFacts['revisions']) =>
    obligationsOf(rules, { ...FACTS, revisions }, now)[0]?.state;
  const one = { givenAt: after(10), triedAt: null };
  assert.equal(state(after(40)), 'binding', 'nothing was revised');
  assert.equal(state(plus(after(34), -1), one), 'open');
  assert.equal(state(after(34), one), 'overdue');
  assert.equal(state(after(40), { ...one, triedAt: after(34) }), 'done');
  assert.equal(state(after(40), { ...one, triedAt: plus(after(34), 1) }), 'late');
  const tried = { givenAt: after(1), triedAt: after(2) };
  assert.equal(state(after(40), tried, one, { givenAt: after(39), triedAt: null }), 'overdue');
});

test('a leak that was reported is in time or late, counted from when it was noticed', () => {
  const noticedAt = after(10);
  const state = (reportedAt: Instant) => {
    const leaks = [{ noticedAt, reportedAt }];
    return states({ leaks }, plus(reportedAt, 1)).find((each) => each.startsWith('leak_report'));
  };
  assert.ok(states({}, after(72)).includes('leak_report binding'), 'of none nothing is known');
  assert.equal(state(plus(noticedAt, DAY_MS)), 'leak_report done');
  assert.equal(state(plus(noticedAt, DAY_MS + 1)), 'leak_report late');
});

test('who is out owes its copies, and of the rest what was due before', () => {
  const out = after(12);
  const due = plus(out, 7 * DAY_MS);
  for (const standing of STANDINGS) {
    const isOut = ['suspended', 'removed', 'withdrawn'].includes(standing);
    const expected = isOut ? ['open', 'overdue', 'overdue'] : ['binding', 'binding', 'binding'];
    const found = around('return_copies', due, { standing, standingSince: out });
    assert.deepEqual(found, expected, standing);
  }
  const suspended = { standing: 'suspended', standingSince: out } as const;
  const bound = ['keep_embargo binding', 'leak_report binding', 'return_copies open'];
  assert.deepEqual(states(suspended, after(72)), bound, 'it cannot acknowledge what it cannot see');
  const later = { standing: 'suspended', standingSince: after(49) } as const;
  assert.ok(states(later, after(72)).includes('acknowledge overdue'));
  const restricted = { standing: 'restricted', standingSince: out } as const;
  assert.ok(!states(restricted, after(72)).some((each) => each.startsWith('acknowledge')));
  assert.ok(!states({ ...suspended, receivedAt: null }, after(72)).includes('return_copies open'));
});

test('copies that were given up before are not those of the next suspension', () => {
  const again = { standing: 'suspended', standingSince: after(48) } as const;
  const report = (at: Instant) => ({
    reports: [{ code: 'return_copies', says: 'deleted', at } as const],
  });
  const now = after(72);
  assert.ok(states({ ...again, ...report(after(47)) }, now).includes('return_copies open'));
  assert.ok(states({ ...again, ...report(after(48)) }, now).includes('return_copies done'));
});

test('what counts from the grant is asked for only where something does', () => {
  const rules = (change: Partial<DutyRules>) => turnsOnGrant({ ...DEFAULT_DUTIES, ...change });
  assert.equal(rules({ keepEmbargo: true, leakReportMs: 1, returnCopiesMs: 1 }), false);
  assert.equal(rules({ statusReport: { from: 'T0', ms: 0 } }), false);
  assert.equal(rules({ statusReport: { from: 'grant', ms: 1 } }), true);
  assert.equal(rules({ acknowledgeMs: 1 }), true);
});
