import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles, sha256 } from '../../tests/support/packs.ts';
import { T0 } from '../../tests/support/policy-facts.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import { NO_EVENTS, UNASSESSED } from '../domain/vulnerability.ts';
import { compilePolicy, type Policy } from './decide.ts';
import { scheduleUnderNext } from './next-schedule.ts';
import { parsePack } from './pack.ts';
import { scheduleUnder } from './policy.ts';

/** `mapp` with other leads and a clock of these lines. */
function mapp(leads: string, clock: string): Policy {
  const files = packFiles('mapp');
  const table = (files.get('programme.yaml') ?? '')
    .replace(/^ {2}validate: 14d\n {2}ans: 5d\n {2}entry: 24h$/m, leads)
    .concat(`\ntiming: {zone: UTC, no_embargo_when: [], ${clock}}\n`);
  return compilePolicy(parsePack(files.set('programme.yaml', table)), sha256);
}

const LEADS = '  validate: 14d\n  ans: 5d\n  entry: 24h';
const COMPRESSING = mapp(LEADS, 'compress_when: exploited');
const PLAIN = mapp(LEADS, '');
const LATER = mapp('  validate: 7d\n  ans: 5d\n  entry: 0d', '');
const WAITING = mapp(LEADS, 'notice: {after_fix: all}');

const before = (days: number): Instant => plus(T0, -days * DAY_MS);
const EXPLOITED = { ...UNASSESSED, events: { ...NO_EVENTS, exploitedAt: before(10) } };
const FIXED = { ...EXPLOITED, events: { ...EXPLOITED.events, fixReadyAt: before(10) } };
const NOW = before(9);
const planned = scheduleUnder(COMPRESSING, T0);
/** The first tier opened in time, the two others when it was exploited. */
const early = { ...planned, opensAt: { ...planned.opensAt, ans: before(10), entry: before(10) } };

/** Days before disclosure at which each tier opens by the policy that comes. */
function under(
  after: Policy,
  change: Partial<Parameters<typeof scheduleUnderNext>[2]> = {},
  now = NOW,
) {
  const alert = { schedule: early, approved: true, vulnerability: EXPLOITED, ...change };
  const { opensAt } = scheduleUnderNext(COMPRESSING, after, alert, now);
  return ['validate', 'ans', 'entry'].map((tier) => (T0 - (opensAt[tier] ?? 0)) / DAY_MS);
}

test('an early wave stands, also where the policy that comes brings none forward', () => {
  assert.deepEqual(under(PLAIN), [14, 10, 10]);
});

test('what opened by its lead alone has the lead that comes, later or earlier', () => {
  assert.deepEqual(under(LATER), [7, 10, 10]);
  assert.deepEqual(under(LATER, { schedule: planned }), [7, 5, 0]);
});

test('a policy that waits for the fix takes an early wave back until there is one', () => {
  assert.deepEqual(under(WAITING), [14, 5, 1]);
  assert.deepEqual(under(WAITING, { vulnerability: FIXED }), [14, 10, 10]);
});

test('of a draft nobody has approved anything: the policy that comes says what is early', () => {
  const draft = { approved: false } as const;
  assert.deepEqual(under(PLAIN, draft), [14, 5, 1]);
  const again = mapp(LEADS, 'compress_when: exploited, final_text: 24h');
  assert.deepEqual(under(again, draft), [14, 9, 9]);
});

test('what is public has no wave to come', () => {
  assert.deepEqual(under(PLAIN, {}, T0), [0, 0, 0]);
});
