import { type Enrolment, type Profile, STANDINGS, type Standing } from '../domain/enrolment.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { STANDING_REASONS } from '../domain/standing.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { lockToChange } from '../store/locks.ts';
import { enrolmentOf } from '../store/participant-reader.ts';
import { updateDoubt, updateEnrolment } from '../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import { checkEnrolment } from './check-enrolment.ts';
import type { Context } from './context.ts';
import { grantNow } from './grant-due.ts';
import { type TakenStep, takeStep } from './standing-steps.ts';

/** A change of a standing as somebody states it. */
export type StatedChange = {
  readonly to: Standing;
  readonly reason: (typeof STANDING_REASONS)[number];
  /** What it rests on, in the issuer's own words: kept encrypted. */
  readonly evidence?: string;
};

/**
 * Changes a participant's standing. A step down is in force at once, and another person is to
 * confirm it; any other one, and a removal, is a proposal until a second person puts it in force.
 * The exclusive lock waits for releases under way, so that after this returns no copy leaves to a
 * participant it suspended.
 * @throws CONFLICT for a proposal beside another one.
 */
export async function changeStanding(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  change: StatedChange,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<TakenStep> {
  const { to, reason, evidence = null } = change;
  if (!STANDINGS.includes(to)) throw invalid('to', `one of ${STANDINGS.join(', ')}`, to);
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) throw unknownParticipant();
    const from = enrolled.enrolment.standing;
    if (from === to) return { step: null, from, to, inForce: true, confirmBy: null };
    const stated = { participant, from, to, reason, evidence };
    return takeStep(context, tx, caller, programme, stated, now);
  });
}

/** The facts of an enrolment as somebody states them; `profile` null: as it is. */
export type StatedEnrolment = Omit<Enrolment, 'profile'> & { readonly profile: Profile | null };

/**
 * Replaces a participant's enrolment facts (tier, duty, agreement, consent mode, profile) and
 * decides again.
 * @throws INVALID_INPUT for a word that the policy in force does not know.
 */
export async function changeEnrolment(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  stated: StatedEnrolment,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ participant: ParticipantId }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) throw unknownParticipant();
    if (enrolled.enrolment.standing !== stated.standing) {
      throw invalid(
        'standing',
        `${enrolled.enrolment.standing}, which has a verb of its own`,
        stated.standing,
      );
    }
    const enrolment = { ...stated, profile: stated.profile ?? enrolled.enrolment.profile };
    checkEnrolment(await context.policies.active(tx, programme), enrolment);
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

/**
 * Records that a participant's confidentiality is in doubt, or no longer is, and decides again. As
 * with a suspension, what the policy then shuts is shut when this returns.
 */
export async function changeDoubt(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  doubted: boolean,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ doubted: boolean }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) throw unknownParticipant();
    if (enrolled.doubted !== doubted) {
      const act = { programme, actor: actorOf(caller), at: now };
      await updateDoubt(tx, act, participant, doubted);
      await grantNow(context, tx, programme, participant, now);
    }
    return { doubted };
  });
}

function unknownParticipant(): TocsinError {
  return new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
    field: 'participant',
  });
}
