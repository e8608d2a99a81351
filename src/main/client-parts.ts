/** What the command line needs of folders that it does not import itself. */
import { newId } from '../crypto/random.ts';
import { encodeInvitation } from '../formats/invitation.ts';

export { parseServerUrl } from '../formats/invitation.ts';
export { ACT_HEADER, SESSION_COOKIE } from '../http/auth/cookies.ts';
export { THREAD_ENVIRONMENT } from '../programme/thread.ts';

/** A fresh Idempotency-Key. */
export function newRequestKey(): string {
  return newId();
}

/**
 * What a person hands to a reader: the server, the secret, the keys to pin. @throws INVALID_INPUT
 */
export const invitationText = encodeInvitation;
