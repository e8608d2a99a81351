import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import type { Standing } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, PersonId, ProgrammeId, StepId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { formOf, narrows, type StandingReason } from '../../domain/standing.ts';
import type { Tx } from '../../store/database.ts';
import { openHearing } from '../../store/hearing-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import { updateStanding } from '../../store/participant-writer.ts';
import { confirmWithin } from '../../store/second-person-store.ts';
import {
  decideStep,
  insertStep,
  noticeStanding,
  type Step,
  stepById,
  stepsOf,
} from '../../store/standing-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { grantNow } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { requireHeard } from './hearings.ts';
import { encryptText } from './standing-text.ts';

/** What came of a change of a standing. */
export type TakenStep = {
  /** Null: it was so already. */
  readonly step: StepId | null;
  readonly from: Standing;
  readonly to: Standing;
  /** Whether `to` is in force; else it waits for a second person. */
  readonly inForce: boolean;
  /** By when another person is to confirm what is in force. */
  readonly confirmBy: Instant | null;
};

type Act = Parameters<typeof insertStep>[1];

/** The caller holds the exclusive release lock, and has read `from` under it. */
export async function takeStep(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  programme: ProgrammeId,
  stated: {
    readonly participant: ParticipantId;
    readonly from: Standing;
    readonly to: Standing;
    readonly reason: StandingReason;
    readonly evidence: string | null;
    /** How long the participant is heard before a proposal is confirmed; absent: it is not. */
    readonly hearingMs?: number | null;
  },
  now: Instant,
): Promise<TakenStep> {
  const { participant, from, to, reason, evidence, hearingMs = null } = stated;
  const act = { programme, actor: actorOf(caller), at: now };
  const id = newId<StepId>();
  const form = formOf(from, to);
  const inForce = form === 'one_then_confirm';
  const proposals = (await openSteps(tx, programme, participant)).filter(isProposal);
  if (!inForce && proposals.length > 0) {
    throw new TocsinError(
      'CONFLICT',
      'standing: expected no other proposal for this participant; decide that one first',
    );
  }
  const within = await confirmWithin(tx, programme, 'standing_down');
  const confirmBy = inForce ? plus(now, within) : null;
  const evidenceEnc =
    evidence === null ? null : encryptText(context, 'evidence', `standing_step/${id}`, evidence);
  const step = { id, participant, from, to, form, reason, evidenceEnc, confirmBy };
  await insertStep(tx, act, { ...step, person: caller.id });
  if (hearingMs !== null) {
    requireHearable(step);
    await openHearing(tx, act, step, plus(now, hearingMs));
  } else if (!inForce) {
    // A hearing is for a person to weigh: what is announced takes effect unread.
    await announceStep(tx, act, step, caller.id);
  }
  if (inForce) {
    // What was proposed before was proposed of another standing.
    await supersede(tx, act, proposals);
    await enforce(context, tx, act, step);
    await context.reached('standing.taken');
  }
  return { step: id, from, to, inForce, confirmBy };
}

/** @throws INVALID_INPUT for what is in force at once, or takes nothing away. */
function requireHearable({ form, from, to }: Pick<Step, 'form' | 'from' | 'to'>): void {
  if (form === 'two_persons' && narrows(from, to)) return;
  throw invalid('hearingHours', `none for a step from ${from} to ${to}`, 'some');
}

/** What is announced says all of the step but what it rests on. */
async function announceStep(
  tx: Tx,
  act: Act,
  step: Pick<Step, 'id' | 'participant' | 'from' | 'to' | 'reason'>,
  proposer: PersonId,
): Promise<void> {
  const { id, participant, from, to, reason } = step;
  const digest = sha256Hex(Buffer.from(canonicalJson({ v: 1, id, participant, from, to, reason })));
  const kind = narrows(from, to) ? 'removal' : 'reinstatement';
  await announce(tx, act, { act: kind, id, digest, proposer });
}

/**
 * A second person decides a step. Confirmed, a proposal is in force, and settles all that was open
 * before it; one in force stays so. Refused, a proposal is gone, and what one person had put in
 * force is lifted.
 * @throws SECOND_PERSON for who made it, save that a proposal may be taken back; CONFLICT for one
 * decided, and where the participant's standing is no longer what the step says.
 */
export async function decideStanding(
  context: Context,
  caller: PersonCaller,
  id: StepId,
  decision: 'confirm' | 'refuse',
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ standing: Standing }> {
  return once(context, key, now, (tx) =>
    concludeStep(context, tx, concludedBy(caller), id, decision, now),
  );
}

/** The same within a transaction, by whoever concludes it. */
export async function concludeStep(
  context: Context,
  tx: Tx,
  by: Concluder,
  id: StepId,
  decision: 'confirm' | 'refuse',
  now: Instant,
): Promise<{ standing: Standing }> {
  const known = await stepById(tx, id);
  if (!known) throw unknownStep();
  await lockToChange(tx, known.programme);
  // Read again under the lock: two decisions wait for each other there.
  const step = (await stepById(tx, id)) ?? known;
  const act = { programme: step.programme, actor: by.actor, at: now };
  if (!(decision === 'refuse' && isProposal(step))) requireAnother(by, step.person, 'decision');
  if (step.outcome !== null) {
    throw new TocsinError('CONFLICT', 'step: expected an open one, found one decided');
  }
  if (decision === 'confirm' && isProposal(step)) await requireHeard(tx, id, now);
  const outcome = decision === 'confirm' ? 'confirmed' : 'refused';
  const moves = isProposal(step) === (decision === 'confirm');
  if (moves) await requireStanding(tx, step, isProposal(step) ? step.from : step.to);
  await decideStep(tx, act, step, { outcome, decider: by.person });
  if (moves && isProposal(step)) await approve(context, tx, act, step);
  else if (moves) await lift(context, tx, act, step);
  return { standing: await standingOf(tx, step) };
}

async function approve(context: Context, tx: Tx, act: Act, step: Step): Promise<void> {
  await supersede(tx, act, await openSteps(tx, step.programme, step.participant));
  await enforce(context, tx, act, step);
}

/** The participant is what it was before. */
async function lift(context: Context, tx: Tx, act: Act, step: Step): Promise<void> {
  const { participant, from, to } = step;
  const open = await openSteps(tx, step.programme, participant);
  await supersede(tx, act, open.filter(isProposal));
  const back = { participant, from: to, to: from, reason: 'not_confirmed' } as const;
  await enforce(context, tx, act, back);
}

async function supersede(tx: Tx, act: Act, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await decideStep(tx, act, step, { outcome: 'superseded', decider: null });
  }
}

/** Puts a standing in force: recorded, told to the participant, and decided by again. */
async function enforce(
  context: Context,
  tx: Tx,
  act: Act,
  { participant, from, to, reason }: Pick<Step, 'participant' | 'from' | 'to' | 'reason'>,
): Promise<void> {
  await updateStanding(tx, act, { participant, from, to, reason });
  await noticeStanding(tx, participant, 'standing_changed', act.at);
  await grantNow(context, tx, act.programme, participant, act.at);
}

async function requireStanding(tx: Tx, step: Step, expected: Standing): Promise<void> {
  const found = await standingOf(tx, step);
  if (found === expected) return;
  throw new TocsinError(
    'CONFLICT',
    `standing: expected ${expected}, as the step says, found ${found}`,
  );
}

/** The standing in force of the step's participant. */
export async function standingOf(
  tx: Tx,
  { programme, participant }: Pick<Step, 'programme' | 'participant'>,
): Promise<Standing> {
  const enrolled = await enrolmentOf(tx, programme, participant);
  if (!enrolled) throw unknownStep();
  return enrolled.enrolment.standing;
}

export async function openSteps(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<Step[]> {
  const steps = await stepsOf(tx, programme, participant);
  return steps.filter(({ outcome }) => outcome === null);
}

function isProposal({ form }: Step): boolean {
  return form === 'two_persons';
}

export function unknownStep(): TocsinError {
  return new TocsinError('NOT_FOUND', 'step: expected one of this installation', { field: 'step' });
}
