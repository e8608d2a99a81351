import { type Notice, parseNoticePage } from '../formats/reader-answers.ts';
import { requireTaken } from './acknowledge.ts';
import { allPages, memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { Notice } from '../formats/reader-answers.ts';

/** What this reader's participant was told, oldest first. @throws as `inbox`. */
export async function notices(session: Session): Promise<Notice[]> {
  return allPages(await memberApi(session), 'notices', parseNoticePage);
}

/**
 * Tells the issuer that a notice was seen; telling it again changes nothing.
 * @throws NOT_FOUND when it is none of this participant's; as `inbox`.
 */
export async function acknowledgeNotice(session: Session, id: string): Promise<void> {
  const api = await memberApi(session);
  requireTaken(await api.postJson(`/v1/notices/${encodeURIComponent(id)}/acknowledgement`, {}));
}
