import { isOpenpgp } from '../../crypto/openpgp/recipient.ts';
import { checkRecipient, isSignedBy } from '../../crypto/seal-to.ts';
import { verify } from '../../crypto/sign.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { formatInstant, type Instant, instant } from '../../domain/instant.ts';

/** Keys that a reader brings, with the proofs that it holds them. */
export type BroughtKeys = {
  /** `age1…`, `age1pq1…` or `openpgp4:…`. */
  readonly recipient: string;
  /** Ed25519 public key, 32 bytes. */
  readonly signKey: Buffer;
  /** Signature by `signKey` over what was signed. */
  readonly proof: Buffer;
  /** Of an OpenPGP key a detached signature over the same bytes; else null. */
  readonly openpgpProof: Buffer | null;
};

/**
 * Checks keys and proofs. An age key proves itself at first use, since what is sealed to it opens
 * only with it; a key that signs does it here.
 * @returns when the key ends by what it says itself; null: never.
 * @throws KEY_INVALID, UNSUPPORTED, LIMIT_EXCEEDED on a key that cannot be sealed to, or has ended.
 * @throws SIGNATURE_INVALID on a proof that is none, missing, or there without such a key.
 */
export async function checkBrought(
  { recipient, signKey, proof, openpgpProof }: BroughtKeys,
  signed: Buffer,
  now: Instant,
): Promise<Instant | null> {
  const ends = await checkRecipient(recipient);
  if (ends !== null && ends <= now) {
    throw new TocsinError(
      'KEY_INVALID',
      `recipient: expected a key in force, found one that expired ${formatInstant(instant(ends))}`,
      { field: 'recipient' },
    );
  }
  if (signKey.length !== 32) {
    throw invalid('signKey', 'an Ed25519 public key of 32 bytes', `${signKey.length} bytes`);
  }
  if (!verify(signKey, signed, proof)) throw unproven('proof', 'a signature by signKey');
  if (isOpenpgp(recipient)) {
    const proven = openpgpProof !== null && (await isSignedBy(recipient, signed, openpgpProof));
    if (!proven) throw unproven('openpgpProof', 'a detached signature by the OpenPGP key');
  } else if (openpgpProof !== null) {
    throw unproven('openpgpProof', 'none with an age key');
  }
  return ends === null ? null : instant(ends);
}

function unproven(field: string, expected: string): TocsinError {
  return new TocsinError('SIGNATURE_INVALID', `${field}: expected ${expected}`, { field });
}
