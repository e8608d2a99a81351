import { newId } from '../crypto/random.ts';
import { type OwnStanding, parseOwnStanding } from '../formats/reader-answers.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { OwnHearing, OwnStanding, OwnStep } from '../formats/reader-answers.ts';

/** What was decided about this reader's participant, or is proposed. @throws as `inbox`. */
export async function ownStanding(session: Session): Promise<OwnStanding> {
  const api = await memberApi(session);
  return parseOwnStanding(await api.getJson('/v1/standing'));
}

/**
 * Says what the participant has against a step, once for each.
 * @throws NOT_FOUND for one that took nothing away; CONFLICT where there is an appeal; as `inbox`.
 */
export async function appealStep(session: Session, step: string, text: string): Promise<void> {
  await say(session, step, 'appeal', text);
}

/**
 * Says what the participant has to say to a step that is proposed, once.
 * @throws NOT_FOUND for one on which it is not heard; CONFLICT where it was; as `inbox`.
 */
export async function stateOnStep(session: Session, step: string, text: string): Promise<void> {
  await say(session, step, 'statement', text);
}

async function say(
  session: Session,
  step: string,
  as: 'appeal' | 'statement',
  text: string,
): Promise<void> {
  const api = await memberApi(session);
  await api.postJson(`/v1/standing/${encodeURIComponent(step)}/${as}`, { text }, newId());
}
