import { newId } from '../crypto/random.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

/**
 * Tells the issuer a word by which this reader's participant meets an obligation for an alert.
 * @throws NOT_FOUND when it has no such obligation; as `inbox`.
 */
export async function reportObligation(
  session: Session,
  { alert, obligation, says }: Readonly<Record<'alert' | 'obligation' | 'says', string>>,
): Promise<void> {
  const api = await memberApi(session);
  const path = `/v1/inbox/${encodeURIComponent(alert)}/obligations/${obligation}/report`;
  // Each time anew: what was said before may be said again after something else.
  await api.postJson(path, { says }, newId());
}
