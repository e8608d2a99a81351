import { importRecipient } from './age/kinds.ts';
import { seal } from './age/seal.ts';
import { isOpenpgp } from './openpgp/recipient.ts';

/** Loaded with the first OpenPGP key: most starts need none, and it takes a tenth of a second. */
const openpgp = () => import('./openpgp/key.ts');

/**
 * Seals to one recipient, by its kind: `age1…` and `age1pq1…` at once, `openpgp4:…` later.
 * @throws KEY_INVALID, UNSUPPORTED on a recipient that nothing can be sealed to.
 */
export function sealTo(recipient: string, plaintext: Uint8Array): Buffer | Promise<Buffer> {
  if (!isOpenpgp(recipient)) return seal([recipient], plaintext);
  return openpgp().then(({ sealOpenpgp }) => sealOpenpgp(recipient, plaintext));
}

/**
 * Checks a recipient that a reader brings.
 * @returns when the key ends by what it says itself, milliseconds since 1970; null: it does not.
 * @throws KEY_INVALID, UNSUPPORTED, LIMIT_EXCEEDED naming what was expected.
 */
export async function checkRecipient(recipient: string): Promise<number | null> {
  if (isOpenpgp(recipient)) return (await openpgp()).checkOpenpgpKey(recipient);
  importRecipient(recipient);
  return null;
}

/**
 * Whether a detached signature over `message` is by an OpenPGP recipient. @throws as
 * `checkRecipient`.
 */
export async function isSignedBy(
  recipient: string,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return (await openpgp()).verifyByOpenpgp(recipient, message, signature);
}
