import { TocsinError } from '../../domain/errors.ts';
import type { StepId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type AppealOutcome, narrows } from '../../domain/standing.ts';
import {
  appealsOf,
  decideAppeal as decideStored,
  insertAppeal,
  type OwnStep,
  ownSteps,
} from '../../store/appeal-store.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { noticeStanding, type Step, stepById, stepsOf } from '../../store/standing-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { openSteps, standingOf, takeStep, unknownStep } from './standing-steps.ts';
import { encryptText } from './standing-text.ts';

/** The steps of the caller's participant, with what came of its appeals; oldest first. */
export async function readOwnStanding(
  context: Context,
  { participant }: ReaderCaller,
): Promise<OwnStep[]> {
  return context.store.participant(participant, (tx) => ownSteps(tx, participant));
}

/**
 * A reader says what its participant has against a step down, once for each. It changes nothing of
 * the step: it is a question to a person who made none of the participant's steps.
 * @throws NOT_FOUND for a step that the participant cannot know, or that took nothing away;
 * CONFLICT where there is an appeal.
 */
export async function appeal(
  context: Context,
  caller: ReaderCaller,
  id: StepId,
  text: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ appealed: boolean }> {
  return once(context, key, now, async (tx) => {
    const step = await stepById(tx, id);
    if (step?.participant !== caller.participant || !tookAway(step)) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const textEnc = encryptText(context, 'text', `standing_appeal/${id}`, text);
    const act = { programme: step.programme, actor: actorOf(caller), at: now };
    if (!(await insertAppeal(tx, act, step, { reader: caller.id, textEnc }))) {
      throw new TocsinError('CONFLICT', 'appeal: expected a step that has none');
    }
    return { appealed: true };
  });
}

function tookAway({ from, to, effectiveAt, outcome }: Step): boolean {
  return effectiveAt !== null && outcome !== 'refused' && narrows(from, to);
}

/**
 * Decides an appeal, as a person who neither made nor decided any step of the participant. Granted,
 * it proposes the standing there was before, which a second person puts in force like any other.
 * @throws SECOND_PERSON for who had part in a step; NOT_FOUND where there is no open appeal.
 */
export async function decideAppeal(
  context: Context,
  caller: PersonCaller,
  id: StepId,
  outcome: AppealOutcome,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: StepId | null }> {
  return once(context, key, now, async (tx) => {
    const known = await stepById(tx, id);
    if (!known) throw unknownStep();
    const { programme, participant } = known;
    await lockToChange(tx, programme);
    const found = (await appealsOf(tx, [id])).get(id);
    if (!found) throw new TocsinError('NOT_FOUND', 'step: expected one with an appeal');
    const steps = await stepsOf(tx, programme, participant);
    if (steps.some(({ person, decider }) => person === caller.id || decider === caller.id)) {
      throw new TocsinError(
        'SECOND_PERSON',
        'decision: expected a person who had no part in a step of this participant',
      );
    }
    if (found.outcome !== null) {
      throw new TocsinError('CONFLICT', 'appeal: expected an open one, found one decided');
    }
    const act = { programme, actor: actorOf(caller), at: now };
    await decideStored(tx, act, known, { outcome, decider: caller.id });
    await noticeStanding(tx, participant, 'appeal_decided', now);
    const proposal = outcome === 'granted' ? await propose(context, tx, caller, id, now) : null;
    return { proposal };
  });
}

/** Null where the step is in force no longer: there is nothing to go back from. */
async function propose(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: StepId,
  now: Instant,
): Promise<StepId | null> {
  const step = await stepById(tx, id);
  if (!step || step.outcome === 'refused' || (await standingOf(tx, step)) !== step.to) return null;
  const { programme, participant } = step;
  const same = (await openSteps(tx, programme, participant)).find(
    ({ form, to }) => form === 'two_persons' && to === step.from,
  );
  if (same) return same.id;
  const back = { participant, from: step.to, to: step.from, evidence: null };
  const stated = { ...back, reason: 'appeal_granted' } as const;
  return (await takeStep(context, tx, caller, programme, stated, now)).step;
}
