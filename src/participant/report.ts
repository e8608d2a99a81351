import { newId } from '../crypto/random.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

/** A word for an obligation, of one product or, with null, of all. */
export type MemberReport = Readonly<Record<'alert' | 'obligation' | 'says', string>> & {
  readonly product: string | null;
};

/**
 * Tells the issuer a word by which this reader's participant meets an obligation for an alert.
 * @throws NOT_FOUND when it has no such obligation; as `inbox`.
 */
export async function reportObligation(
  session: Session,
  { alert, obligation, says, product }: MemberReport,
): Promise<void> {
  const api = await memberApi(session);
  const path = `/v1/inbox/${encodeURIComponent(alert)}/obligations/${obligation}/report`;
  // Each time anew: what was said before may be said again after something else.
  await api.postJson(path, product === null ? { says } : { says, product }, newId());
}
