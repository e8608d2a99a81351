import { newId } from '../crypto/random.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

/** What a participant says of a leak of its own. */
export type LeakReport = Readonly<Record<'what' | 'toWhom' | 'prevention', string>>;

/**
 * Reports a leak of this reader's participant to the issuer.
 * @param noticedAt RFC 3339, when somebody of the participant noticed it
 * @throws INVALID_INPUT for an answer that is missing; NOT_FOUND for an alert of which it has
 *   nothing; as `inbox`.
 */
export async function reportLeak(
  session: Session,
  alert: string,
  noticedAt: string,
  report: LeakReport,
): Promise<void> {
  const api = await memberApi(session);
  await api.postJson(
    `/v1/inbox/${encodeURIComponent(alert)}/leaks`,
    { noticedAt, report },
    newId(),
  );
}
