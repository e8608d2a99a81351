import { newId } from '../crypto/random.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

/** What this reader's participant says of an artifact that it has tried. */
export type Feedback = {
  readonly alert: string;
  readonly artifact: string;
  readonly says: string;
  /** Which rule of several; null: of the whole. */
  readonly rule: string | null;
  readonly note: string | null;
};

/** @throws NOT_FOUND for an artifact of which the participant has no copy; as `inbox`. */
export async function giveFeedback(session: Session, given: Feedback): Promise<void> {
  const { alert, artifact, ...body } = given;
  const [a, b] = [encodeURIComponent(alert), encodeURIComponent(artifact)];
  const api = await memberApi(session);
  // Each time anew: after a revision of a tool the same word may be true again.
  await api.postJson(`/v1/inbox/${a}/artifacts/${b}/feedback`, body, newId());
}
