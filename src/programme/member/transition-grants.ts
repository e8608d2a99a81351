import { invalid } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { LONGEST_TRANSITION_MS } from '../../domain/transition.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { endTransition } from '../../store/transition-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireApartFrom } from '../affiliations.ts';
import { grantNow } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { requireEnrolled } from './apply-member-change.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';

/** What somebody asks to be taken for shown, of whom, until when and why. */
export type StatedTransition = {
  readonly participants: readonly ParticipantId[];
  readonly accepts: readonly string[];
  readonly expiresAt: Instant;
  readonly reason: string;
};

/**
 * Proposes that facts of which nothing is known are taken for shown, for at most 90 days. In force
 * when a second person confirms it.
 * @throws INVALID_INPUT for a fact that the policy in force lets nothing stand in for, legal duties
 * among them, and for a time of the wrong length.
 */
export async function proposeTransition(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { participants, accepts, expiresAt, reason }: StatedTransition,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  if (expiresAt <= now || expiresAt > plus(now, LONGEST_TRANSITION_MS)) {
    throw invalid('expiresAt', 'an instant within 90 days to come', expiresAt);
  }
  if (reason.trim() === '') throw invalid('reason', 'why, in words', reason);
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    for (const participant of participants) await requireEnrolled(tx, programme, participant);
    await requireApartFrom(tx, caller.id, participants);
    const policy = await context.policies.active(tx, programme);
    const known = policy.engine.vocabulary.acceptable;
    for (const [i, fact] of accepts.entries()) {
      if (known.has(fact)) continue;
      throw invalid(`accepts[${i}]`, `one of ${[...known].join(', ') || 'none'}`, fact);
    }
    const content = {
      kind: 'transition',
      participant: null,
      participants: [...new Set(participants)],
      accepts: [...new Set(accepts)],
      expiresAt,
      reason,
    } as const;
    return { proposal: await proposeMemberChange(context, tx, caller, programme, content, now) };
  });
}

/** Ends what stands in for a participant's missing facts: by one person, as it only narrows. */
export async function withdrawTransition(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ ended: boolean }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const { enrolment } = await requireEnrolled(tx, programme, participant);
    if (!enrolment.transition) return { ended: false };
    const act = { programme, actor: actorOf(caller), at: now };
    await endTransition(tx, act, participant);
    await grantNow(context, tx, programme, participant, now);
    return { ended: true };
  });
}
