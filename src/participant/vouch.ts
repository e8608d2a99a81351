import { newId } from '../crypto/random.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

/**
 * Vouches for an applicant in the name of the reader's organisation.
 * @param name exactly as the applicant calls itself.
 * @throws NOT_FOUND where there is none of this id and name; CONFLICT where it has its sponsors; as
 *   `inbox`.
 */
export async function vouchFor(session: Session, application: string, name: string): Promise<void> {
  const api = await memberApi(session);
  const path = `/v1/applications/${encodeURIComponent(application)}/vouch`;
  await api.postJson(path, { name }, newId());
}
