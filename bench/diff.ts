/**
 * How long the difference of two policies takes: 10 000 participants × 50 open alerts × 10
 * artifacts, from now on. Peer: planning every alert for every participant under both policies and
 * comparing the timelines, on a part of the alerts, scaled.
 */
import { resolveSchedule } from '../src/domain/schedule.ts';
import { type DiffedAlert, diffPolicies } from '../src/policy/diff.ts';
import { planParticipant } from '../src/policy/plan.ts';
import type { Policy } from '../src/policy/policy.ts';
import { policyOf } from '../tests/support/packs.ts';
import { seeded } from '../tests/support/seeded.ts';
import { alertFor, enrolmentsFor, NOW } from './enrolments.ts';
import { interleave, print, round } from './harness.ts';

const ROUNDS = 3;
const PARTICIPANTS = 10_000;
const ALERTS = 50;
const ARTIFACTS = 10;
const PEER_ALERTS = 2;

const before = policyOf('mapp-poc-only');
const after = policyOf('mapp');
const random = seeded(2_026);
const members = enrolmentsFor(after, PARTICIPANTS, random);
const alerts = Array.from({ length: ALERTS }, (_, n): DiffedAlert => {
  const { schedule, ...alert } = alertFor(before, n, ARTIFACTS, random);
  const { disclosureAt } = schedule;
  return {
    ...alert,
    before: schedule,
    after: resolveSchedule(disclosureAt, after.leads),
    relations: new Map(),
  };
});

/** Consumed results, so that nothing can be optimised away. */
let changes = 0;

function diff(count: number): number {
  const started = performance.now();
  const found = diffPolicies(before, after, alerts, members.slice(0, count), NOW);
  for (const { artifacts } of found.effects) changes += artifacts;
  return performance.now() - started;
}

function planBoth(): number {
  const started = performance.now();
  for (const alert of alerts.slice(0, PEER_ALERTS)) {
    for (const member of members) {
      const [old, fresh] = [plan(before, alert, member), plan(after, alert, member)];
      if (JSON.stringify(old) !== JSON.stringify(fresh)) changes += 1;
    }
  }
  return ((performance.now() - started) * ALERTS) / PEER_ALERTS;
}

function plan(policy: Policy, alert: DiffedAlert, { participant, enrolment }: (typeof members)[0]) {
  const schedule = policy === before ? alert.before : alert.after;
  const facts = { consent: 'no_embargo', involvement: 'none', doubted: false } as const;
  const planned = { participant, enrolment, ...facts };
  return planParticipant(policy, { ...alert, schedule }, planned, []).artifacts;
}

const taken = await interleave(ROUNDS, () => diff(PARTICIPANTS), planBoth);
const half = await interleave(
  ROUNDS,
  () => diff(PARTICIPANTS / 2),
  () => 0,
);
print({
  bench: 'diff',
  case: `${PARTICIPANTS}x${ALERTS}x${ARTIFACTS}`,
  ours: round(taken.ours),
  peer: round(taken.peer),
  ratio: round(taken.peer / taken.ours),
  unit: 'ms',
  ms: round(taken.ours),
  /** Near 2 where the time grows with the participants. */
  growth: round(taken.ours / half.ours),
});
if (!(changes > 0)) throw new Error('no change was found');
