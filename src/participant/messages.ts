import { newId } from '../crypto/random.ts';
import { type OwnMessage, parseMessages } from '../formats/reader-messages.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { OwnMessage };

/** What was written about an alert and is for this reader's participant. @throws as `inbox`. */
export async function messages(session: Session, alert: string): Promise<OwnMessage[]> {
  const api = await memberApi(session);
  return parseMessages(await api.getJson(`/v1/inbox/${encodeURIComponent(alert)}/messages`));
}

/**
 * Writes about an alert.
 * @param said.audience `issuer`, or `members`: all that see the alert
 * @throws INVALID_INPUT where the programme's members do not read each other; as `inbox`.
 */
export async function writeMessage(
  session: Session,
  alert: string,
  said: {
    readonly audience: 'issuer' | 'members';
    readonly product: string | null;
    readonly text: string;
  },
): Promise<void> {
  const api = await memberApi(session);
  await api.postJson(`/v1/inbox/${encodeURIComponent(alert)}/messages`, said, newId());
}
