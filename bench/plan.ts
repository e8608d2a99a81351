/**
 * How long the plan of one alert takes: 10 000 participants × 20 artifacts, every instant at which
 * anything changes, counts per wave, leak budget. Peer: deciding each pair afresh at each of those
 * instants, as a channel does.
 */
import { effectiveDecision, type PrincipalFacts } from '../src/domain/decision.ts';
import { decideRelease } from '../src/policy/decide.ts';
import { countsFor, type PlannedAlert, planParticipant } from '../src/policy/plan.ts';
import { policyOf } from '../tests/support/packs.ts';
import { seeded } from '../tests/support/seeded.ts';
import { alertFor, enrolmentsFor, type Member } from './enrolments.ts';
import { interleave, print, round } from './harness.ts';

const ROUNDS = 5;
const PARTICIPANTS = 10_000;
const ARTIFACTS = 20;
/** The peer takes this many participants, and its time is scaled. */
const PEER_PARTICIPANTS = 1_000;

const policy = policyOf('mapp');
const random = seeded(2_025);
const members = enrolmentsFor(policy, PARTICIPANTS, random);
const alerts = Array.from({ length: ROUNDS + 1 }, (_, n) => alertFor(policy, n, ARTIFACTS, random));

/** Consumed results, so that nothing can be optimised away. */
let steps = 0;
let turn = 0;

function planned({ participant, enrolment }: Member) {
  const facts = { consent: 'no_embargo', involvement: 'none', doubted: false } as const;
  return { participant, enrolment, ...facts };
}

function nextAlert(): PlannedAlert {
  const alert = alerts[turn++ % alerts.length];
  if (alert === undefined) throw new RangeError('no alert');
  return alert;
}

let alert = nextAlert();

function planAll(count: number): number {
  const started = performance.now();
  const counts = countsFor(alert);
  for (const member of members.slice(0, count)) {
    const { artifacts } = planParticipant(policy, alert, planned(member), counts);
    for (const each of artifacts) steps += each.steps.length;
  }
  return performance.now() - started;
}

function ours(): number {
  alert = nextAlert();
  return planAll(PARTICIPANTS);
}

function peer(): number {
  const started = performance.now();
  const { vulnerability, schedule, assurance, platform } = alert;
  for (const member of members.slice(0, PEER_PARTICIPANTS)) {
    const principal: PrincipalFacts = { kind: 'participant', ...planned(member) };
    const instants = instantsOf(member, alert);
    for (const artifact of alert.artifacts) {
      const facts = { principal, artifact, vulnerability, schedule, assurance, platform };
      for (const at of instants) {
        const decision = decideRelease(policy, facts, at);
        steps += effectiveDecision(decision, artifact.reducedBy !== null).reasons.length;
      }
    }
  }
  return ((performance.now() - started) * PARTICIPANTS) / PEER_PARTICIPANTS;
}

function instantsOf({ enrolment: { agreement, duty } }: Member, { schedule }: PlannedAlert) {
  return [
    ...Object.values(schedule.opensAt),
    schedule.disclosureAt,
    ...(agreement ? [agreement.signedAt, agreement.expiresAt] : []),
    ...(duty.status === 'stated' ? [duty.expiresAt] : []),
  ];
}

const taken = await interleave(ROUNDS, ours, peer);
const half = await interleave(
  ROUNDS,
  () => planAll(PARTICIPANTS / 2),
  () => 0,
);
print({
  bench: 'plan',
  case: `${PARTICIPANTS}x${ARTIFACTS}`,
  ours: round(taken.ours),
  peer: round(taken.peer),
  ratio: round(taken.peer / taken.ours),
  unit: 'ms',
  ms: round(taken.ours),
  /** Near 2 where the time grows with the participants. */
  growth: round(taken.ours / half.ours),
});
if (!(steps > 0)) throw new Error('nothing was planned');
