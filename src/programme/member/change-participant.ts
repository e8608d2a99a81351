import {
  type Enrolment,
  type Profile,
  STANDINGS,
  type Standing,
  statedFacts,
} from '../../domain/enrolment.ts';
import { invalid } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant } from '../../domain/instant.ts';
import { onlyNarrows } from '../../domain/narrowing.ts';
import type { STANDING_REASONS } from '../../domain/standing.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { updateDoubt } from '../../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { grantNow } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { putEnrolment, requireEnrolled } from './apply-member-change.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';
import { checkAgreement } from './publish-terms.ts';
import { type TakenStep, takeStep } from './standing-steps.ts';

/** A change of a standing as somebody states it. */
export type StatedChange = {
  readonly to: Standing;
  readonly reason: (typeof STANDING_REASONS)[number];
  /** What it rests on, in the issuer's own words: kept encrypted. */
  readonly evidence?: string;
  /** Hours in which the participant is heard before a removal is confirmed; absent: it is not. */
  readonly hearingHours?: number;
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
  const { to, reason, evidence = null, hearingHours } = change;
  if (!STANDINGS.includes(to)) throw invalid('to', `one of ${STANDINGS.join(', ')}`, to);
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const from = (await requireEnrolled(tx, programme, participant)).enrolment.standing;
    if (from === to) return { step: null, from, to, inForce: true, confirmBy: null };
    const hearingMs = hearingHours === undefined ? null : hearingHours * HOUR_MS;
    const stated = { participant, from, to, reason, evidence, hearingMs };
    return takeStep(context, tx, caller, programme, stated, now);
  });
}

/** The facts of an enrolment as somebody states them; `profile` null: as it is. */
export type StatedEnrolment = Omit<Enrolment, 'profile'> & { readonly profile: Profile | null };

/**
 * Replaces a participant's enrolment facts (tier, duty, agreement, consent mode, profile) and
 * decides again: at once where that only narrows, else when a second person confirms it.
 * @returns what waits for that person; null: it is in force.
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
): Promise<{ participant: ParticipantId; proposal: Waiting | null }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const { enrolment } = await requireEnrolled(tx, programme, participant);
    const before = statedFacts(enrolment);
    if (before.standing !== stated.standing) {
      throw invalid('standing', `${before.standing}, which has a verb of its own`, stated.standing);
    }
    const after = { ...stated, profile: stated.profile ?? before.profile };
    checkEnrolment(await context.policies.active(tx, programme), after);
    await checkAgreement(tx, programme, after.agreement);
    if (!onlyNarrows(before, after)) {
      const content = { kind: 'enrolment', participant, before, after } as const;
      const proposal = await proposeMemberChange(context, tx, caller, programme, content, now);
      return { participant, proposal };
    }
    const act = { programme, actor: actorOf(caller), at: now };
    await putEnrolment(context, tx, act, participant, after);
    return { participant, proposal: null };
  });
}

/**
 * Records that a participant's confidentiality is in doubt, and decides again: as with a
 * suspension, what the policy then shuts is shut when this returns. That it no longer is waits for
 * a second person.
 */
export async function changeDoubt(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  doubted: boolean,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ doubted: boolean; proposal: Waiting | null }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const enrolled = await requireEnrolled(tx, programme, participant);
    if (enrolled.doubted === doubted) return { doubted, proposal: null };
    if (!doubted) {
      const content = { kind: 'trust', participant } as const;
      const proposal = await proposeMemberChange(context, tx, caller, programme, content, now);
      return { doubted: true, proposal };
    }
    const act = { programme, actor: actorOf(caller), at: now };
    await updateDoubt(tx, act, participant, doubted);
    await grantNow(context, tx, programme, participant, now);
    return { doubted, proposal: null };
  });
}
