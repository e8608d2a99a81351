import { importRecipient } from './age/kinds.ts';
import { seal } from './age/seal.ts';
import { checkOpenpgpKey, sealOpenpgp } from './openpgp/key.ts';
import { isOpenpgp } from './openpgp/recipient.ts';

/**
 * Seals to one recipient, by its kind: `age1…` and `age1pq1…` at once, `openpgp4:…` later.
 * @throws KEY_INVALID, UNSUPPORTED on a recipient that nothing can be sealed to.
 */
export function sealTo(recipient: string, plaintext: Uint8Array): Buffer | Promise<Buffer> {
  return isOpenpgp(recipient) ? sealOpenpgp(recipient, plaintext) : seal([recipient], plaintext);
}

/**
 * Checks a recipient that a reader brings.
 * @returns when the key ends by what it says itself, milliseconds since 1970; null: it does not.
 * @throws KEY_INVALID, UNSUPPORTED, LIMIT_EXCEEDED naming what was expected.
 */
export async function checkRecipient(recipient: string): Promise<number | null> {
  if (isOpenpgp(recipient)) return checkOpenpgpKey(recipient);
  importRecipient(recipient);
  return null;
}
