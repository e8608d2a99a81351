import { type KeyRing, parseKeyRing } from '../formats/reader-answers.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { KeyRing, MemberKey } from '../formats/reader-answers.ts';

/** The keys of this organisation's readers, as the issuer has them. @throws as `inbox`. */
export async function memberKeys(session: Session): Promise<KeyRing> {
  return parseKeyRing(await (await memberApi(session)).getJson('/v1/keys'));
}

/** How long before its end a key is warned of. */
const WARNING_MS = 30 * 86_400_000;

/** The end of this reader's own key, if it has ended at `now` or ends soon; RFC 3339, else null. */
export function endingSoon({ reader, keys }: KeyRing, now: number): string | null {
  const end = keys.find((key) => key.reader === reader)?.expiresAt ?? null;
  return end !== null && Date.parse(end) <= now + WARNING_MS ? end : null;
}
