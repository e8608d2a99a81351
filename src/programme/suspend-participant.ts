import { type Enrolment, STANDINGS, type Standing } from '../domain/enrolment.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { lockToChange } from '../store/locks.ts';
import { enrolmentOf } from '../store/participant-reader.ts';
import { updateEnrolment, updateStanding } from '../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import type { Context } from './context.ts';
import { grantNow } from './grant-due.ts';

/** Why a standing changed, as the ledger keeps it: a word, never prose. */
export const STANDING_REASONS = [
  'breach_suspected',
  'breach_confirmed',
  'ownership_changed',
  'agreement_ended',
  'own_request',
  'reinstated',
  'other',
] as const;
export type StandingReason = (typeof STANDING_REASONS)[number];

/**
 * Changes a participant's standing. The exclusive lock waits for releases under way, so that after
 * this returns no copy leaves to a participant it suspended. Reinstating decides again at once.
 */
export async function changeStanding(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  change: { readonly to: Standing; readonly reason: StandingReason },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ from: Standing; to: Standing }> {
  if (!STANDINGS.includes(change.to)) {
    throw invalid('to', `one of ${STANDINGS.join(', ')}`, change.to);
  }
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) throw unknownParticipant();
    const from = enrolled.enrolment.standing;
    if (from !== change.to) {
      const act = { programme, actor: actorOf(caller), at: now };
      await updateStanding(tx, act, { participant, from, to: change.to, reason: change.reason });
      await grantNow(context, tx, programme, participant, now);
    }
    return { from, to: change.to };
  });
}

/**
 * Replaces a participant's enrolment facts (tier, duty, agreement, consent mode) and decides again.
 */
export async function changeEnrolment(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  enrolment: Enrolment,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ participant: ParticipantId }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) throw unknownParticipant();
    if (enrolled.enrolment.standing !== enrolment.standing) {
      throw invalid(
        'standing',
        `${enrolled.enrolment.standing}, which has a verb of its own`,
        enrolment.standing,
      );
    }
    await updateEnrolment(
      tx,
      { programme, actor: actorOf(caller), at: now },
      participant,
      enrolment,
    );
    await grantNow(context, tx, programme, participant, now);
    return { participant };
  });
}

function unknownParticipant(): TocsinError {
  return new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
    field: 'participant',
  });
}
