/** A participant is heard before two persons take a step against it. */
import { TocsinError } from '../../domain/errors.ts';
import type { StepId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { certainlyCome } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import {
  hearingsOf,
  type OwnHearing,
  ownHearings,
  putStatement,
} from '../../store/hearing-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { stepById } from '../../store/standing-store.ts';
import { actorOf, once, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { encryptText } from './standing-text.ts';

export type { OwnHearing } from '../../store/hearing-store.ts';

/** What the caller's participant is heard on, the first to end first. */
export async function readOwnHearings(
  context: Context,
  { participant }: ReaderCaller,
): Promise<OwnHearing[]> {
  return context.store.participant(participant, (tx) => ownHearings(tx, participant));
}

/**
 * A reader says what its participant has to say to a step that is proposed, once. Also after the
 * hearing's time, as long as nobody has decided.
 * @throws NOT_FOUND for a step on which the participant is not heard; CONFLICT where it was heard.
 */
export async function beHeard(
  context: Context,
  caller: ReaderCaller,
  id: StepId,
  text: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ heard: boolean }> {
  return once(context, key, now, async (tx) => {
    const step = await stepById(tx, id);
    const hearing = (await hearingsOf(tx, [id])).get(id);
    if (step?.participant !== caller.participant || !hearing || hearing.closedAt !== null) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const textEnc = encryptText(context, 'text', `standing_hearing/${id}`, text);
    const act = { programme: step.programme, actor: actorOf(caller), at: now };
    if (!(await putStatement(tx, act, step, { reader: caller.id, textEnc }))) {
      throw new TocsinError('CONFLICT', 'statement: expected a hearing that has none');
    }
    return { heard: true };
  });
}

/** @throws CONFLICT while the participant may still be heard on a step, and has said nothing. */
export async function requireHeard(tx: Tx, step: StepId, now: Instant): Promise<void> {
  const hearing = (await hearingsOf(tx, [step])).get(step);
  if (!hearing || hearing.said !== null) return;
  // By a clock that may be days ahead its time would seem to be over.
  if (hearing.until <= (await certainlyCome(tx, now))) return;
  throw new TocsinError(
    'CONFLICT',
    `step: expected the participant to have been heard, or its time to be over at ${new Date(
      hearing.until,
    ).toISOString()}`,
  );
}
