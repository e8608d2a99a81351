import { newId } from '../crypto/random.ts';
import { type OwnStep, parseOwnSteps } from '../formats/reader-answers.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { OwnStep } from '../formats/reader-answers.ts';

/** What was decided about this reader's participant, oldest first. @throws as `inbox`. */
export async function ownStanding(session: Session): Promise<readonly OwnStep[]> {
  const api = await memberApi(session);
  return parseOwnSteps(await api.getJson('/v1/standing'));
}

/**
 * Says what the participant has against a step, once for each.
 * @throws NOT_FOUND for one that took nothing away; CONFLICT where there is an appeal; as `inbox`.
 */
export async function appealStep(session: Session, step: string, text: string): Promise<void> {
  const api = await memberApi(session);
  await api.postJson(`/v1/standing/${encodeURIComponent(step)}/appeal`, { text }, newId());
}
