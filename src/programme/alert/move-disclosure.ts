import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import type { Consent } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, MoveId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type Schedule, waves } from '../../domain/schedule.ts';
import { broughtForward, type Policy, scheduleUnder } from '../../policy/policy.ts';
import { type AlertRow, alertById } from '../../store/alert-reader.ts';
import { moveSchedule, touchAlert } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import { decideMove, insertMove, type Move, moveById } from '../../store/disclosure-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { reschedule } from '../../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { keepHead, NOTHING_SAID, readHead, vulnerabilityOf } from './alert-head.ts';
import { checkWindows } from './approve-alert.ts';
import { lockedAlert, unknownAlert } from './draft-alert.ts';
import { earlyWaves, openEarly, tellOfChange } from './early-waves.ts';
import { reviseConsents, revisedConsents } from './embargo-consent.ts';
import { forOtherDate } from './happened.ts';
import { holdDate, NO_ANSWERS, recordSaid, type TimingAnswers } from './hold-date.ts';
import { comparePlans, type PlanDifference } from './plan-difference.ts';
import { type TimingView, viewTiming } from './read-timing.ts';
import { standingOf } from './timing-facts.ts';

/**
 * Another T0, or earlier waves, that is proposed, what it would change, and the digest that a
 * second person approves.
 */
export type ProposedMove = Pick<Move, 'kind' | 'dueAt' | 'alert'> & {
  readonly proposal: MoveId;
  readonly from: Instant;
  readonly to: Instant;
  readonly digest: string;
  readonly difference: PlanDifference;
  readonly timing: TimingView;
  /**
   * Whose consent lapses, as nobody is held to longer terms than those it has seen: without a new
   * invitation and a new answer it gets nothing before T0. By id.
   */
  readonly lapses: readonly Lapse[];
};

/** A consent that a move ends, and what it was. */
export type Lapse = { readonly participant: ParticipantId; readonly was: Consent };

/**
 * One person proposes another T0 for an alert of which waves have begun. Nothing changes yet.
 * @throws CONFLICT for an alert that nobody has anything of, or everybody, and where a wave would
 * open while somebody invited may still answer; INVALID_INPUT for a T0 that has passed, or is the
 * one there is; TIMING_REFUSED for one that the clock refuses.
 */
export async function proposeMove(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  to: Instant,
  now: Instant,
  key: IdempotencyKey | null = null,
  answers: TimingAnswers = NO_ANSWERS,
): Promise<ProposedMove> {
  if (to <= now) throw invalid('disclosureAt', 'an instant to come', 'one past');
  return once(context, key, now, async (tx) => {
    const { alert, begun } = await lockedAlert(tx, alertId, null);
    if (!begun) {
      throw new TocsinError('CONFLICT', 'alert: expected one of which a wave has begun');
    }
    checkUnderEmbargo(alert, now);
    if (alert.schedule.disclosureAt === to) {
      throw invalid('disclosureAt', 'another one than the one there is', 'the same');
    }
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const proposal = newId<MoveId>();
    const head = await readHead(context, tx, alert);
    const move = { id: proposal, alert: alertId, kind: 'move', to, at: now, dueAt: null } as const;
    await checkAnswers(context, tx, alert, move, now);
    const { policy, schedule } = await scheduleFor(context, tx, alert, move);
    const standing = await standingOf(tx, policy, alert, forOtherDate(head), proposal, now);
    const asked = { policy, schedule, standing, kept: NOTHING_SAID, by: caller.id, second: false };
    const { record, said } = holdDate(asked, answers, now);
    const proposals = { ...head.proposals, [proposal]: record };
    await keepHead(context, tx, alertId, { ...head, proposals });
    await insertMove(tx, act, { ...move, proposer: caller.id });
    await recordSaid(tx, act, { alert: alertId, disclosureAt: to }, said);
    const proposed = await shown(context, tx, move, now);
    const { digest } = proposed;
    const announced = { act: 'disclosure_change', id: proposal, digest } as const;
    await announce(tx, act, { ...announced, proposer: caller.id });
    return proposed;
  });
}

/** What an open proposal would change as things are now. @throws NOT_FOUND */
export async function readMove(context: Context, id: MoveId, now: Instant): Promise<ProposedMove> {
  return context.store.issuer(async (tx) => {
    const move = await openMove(tx, id);
    return shown(context, tx, move, now);
  });
}

/**
 * A second person puts a proposed T0 in force, bound to the digest of what was shown: both plans of
 * everybody, as they are now. Everybody is decided again in a wave of this moment, and whoever has
 * something of the alert is told that something changed. One transaction: killed before its commit,
 * the old T0 is in force.
 * @throws SECOND_PERSON for the proposer; APPROVAL_VOID where a plan is not the one shown; CONFLICT
 * as `proposeMove`; TIMING_REFUSED where the clock refuses it by now; CLOCK_DOUBT.
 */
export async function approveMove(
  context: Context,
  caller: PersonCaller,
  id: MoveId,
  digest: string,
  now: Instant,
  key: IdempotencyKey | null = null,
  accept: TimingAnswers['accept'] = {},
): Promise<{ disclosureAt: Instant; noticed: number }> {
  return once(context, key, now, (tx) =>
    concludeMove(context, tx, concludedBy(caller), id, digest, now, accept),
  );
}

/** The same within a transaction, by whoever concludes it: a wait accepts no finding. */
export async function concludeMove(
  context: Context,
  tx: Tx,
  concluder: Concluder,
  id: MoveId,
  digest: string,
  now: Instant,
  accept: TimingAnswers['accept'] = {},
): Promise<{ disclosureAt: Instant; noticed: number }> {
  await requireCertainTime(tx);
  const known = await openMove(tx, id);
  const { alert } = await lockedAlert(tx, known.alert, null);
  // Read again under the lock: two approvals of it wait for each other there.
  const move = await openMove(tx, id);
  requireAnother(concluder, move.proposer, 'approval');
  checkUnderEmbargo(alert, now);
  if (move.kind === 'move' && move.to <= now) {
    throw new TocsinError('CONFLICT', 'T0: expected one to come');
  }
  if ((await shown(context, tx, move, now)).digest !== digest) {
    throw new TocsinError(
      'APPROVAL_VOID',
      'digest: expected that of the plans as they are now; look at the proposal again',
      { field: 'digest' },
    );
  }
  if (move.kind === 'move') await checkAnswers(context, tx, alert, move, now);
  const act = { programme: alert.programme, actor: concluder.actor, at: now };
  const { policy, schedule } = await scheduleFor(context, tx, alert, move);
  await decideMove(tx, act, move, { how: 'approved', approver: concluder.person });
  if (move.kind === 'compress') {
    const { disclosureAt } = schedule;
    const noticed = await openEarly(tx, act, policy, alert, schedule, move.proposer);
    return { disclosureAt, noticed };
  }
  const before = await readHead(context, tx, alert);
  const { [id]: kept = NOTHING_SAID, ...proposals } = before.proposals;
  const head = { ...forOtherDate(before), proposals };
  const standing = await standingOf(tx, policy, alert, head, id, now);
  const by = concluder.person ?? move.proposer;
  const asked = { policy, schedule, standing, kept, by, second: true };
  const { record, said } = holdDate(asked, { reasons: [], accept }, now);
  await keepHead(context, tx, alert.id, { ...head, timing: record });
  await recordSaid(tx, act, { alert: alert.id, disclosureAt: move.to }, said);
  const from = alert.schedule.disclosureAt;
  await moveSchedule(tx, act, { alert: alert.id, from, schedule });
  await reviseConsents(context, tx, act, { ...alert, schedule }, from);
  await touchAlert(tx, act, alert.id, alert.version + 1, move.proposer);
  await reschedule(tx, act, alert.id, schedule, waves(schedule));
  return { disclosureAt: move.to, noticed: await tellOfChange(tx, act, policy, alert.id) };
}

/** @throws NOT_FOUND */
export async function openMove(tx: Tx, id: MoveId): Promise<Move> {
  const move = await moveById(tx, id);
  if (move && move.decidedAt === null) return move;
  throw new TocsinError('NOT_FOUND', 'proposal: expected an open one', { field: 'proposal' });
}

function checkUnderEmbargo({ schedule }: AlertRow, now: Instant): void {
  if (schedule.disclosureAt > now) return;
  throw new TocsinError('CONFLICT', 'alert: expected one whose T0 is to come');
}

/**
 * The policy in force, and what it makes of a proposal. What exploitation brings forward is brought
 * to when that was proposed: the plans shown stay the same until it is approved.
 */
async function scheduleFor(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  { kind, to, at }: Pick<Move, 'kind' | 'to' | 'at'>,
): Promise<{ policy: Policy; schedule: Schedule }> {
  const policy = await context.policies.active(tx, alert.programme);
  const facts = await vulnerabilityOf(context, tx, alert);
  if (kind === 'move') {
    return { policy, schedule: broughtForward(policy, scheduleUnder(policy, to), facts, at) };
  }
  const schedule = earlyWaves(policy, alert.schedule, facts, at);
  if (schedule !== null) return { policy, schedule };
  throw new TocsinError('CONFLICT', 'alert: expected waves to come that can open earlier');
}

/** Brought forward, a wave may not overtake the answers that it waits for. Later terms end them. */
async function checkAnswers(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  move: Pick<Move, 'kind' | 'to' | 'at'>,
  now: Instant,
): Promise<void> {
  if (move.to > alert.schedule.disclosureAt) return;
  const { schedule } = await scheduleFor(context, tx, alert, move);
  await checkWindows(context, tx, { ...alert, schedule }, now);
}

/** A proposal of an alert as it is now: read again, since its head may have changed. */
async function shown(
  context: Context,
  tx: Tx,
  move: Pick<Move, 'id' | 'alert' | 'kind' | 'to' | 'at' | 'dueAt'>,
  now: Instant,
): Promise<ProposedMove> {
  const { id, kind, dueAt } = move;
  const alert = await alertById(tx, move.alert);
  if (!alert) throw unknownAlert();
  const { schedule } = await scheduleFor(context, tx, alert, move);
  const timing = await viewTiming(context, tx, alert, schedule, id, now);
  const from = alert.schedule.disclosureAt;
  const to = schedule.disclosureAt;
  const revisions = await revisedConsents(context, tx, { ...alert, schedule }, from, now);
  const relations = new Map(
    revisions.map(({ participant, state: { consent } }) => [participant, { consent }]),
  );
  const lapses = revisions
    .filter(({ before, state }) => state.consent === 'lapsed' && before !== 'lapsed')
    .map(({ participant, before }) => ({ participant, was: before }))
    .sort((a, b) => (a.participant < b.participant ? -1 : 1));
  const supposed = { said: timing, relations };
  const { before, after, difference } = await comparePlans(context, tx, alert, schedule, supposed);
  const seen = { v: 1, proposal: id, before, after, lapses };
  const digest = sha256Hex(Buffer.from(canonicalJson(seen)));
  const about = { proposal: id, alert: alert.id, kind, dueAt, from, to };
  return { ...about, digest, difference, lapses, timing };
}
