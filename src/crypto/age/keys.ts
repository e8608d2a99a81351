import { TocsinError } from '../../domain/errors.ts';
import { sha256Hex } from '../hash.ts';
import { randomBytes } from '../random.ts';
import { isSmallOrderMontgomery } from '../small-order.ts';
import { bech32Decode, bech32Encode } from './bech32.ts';
import { importSecret, rawPublicKey } from './x25519.ts';

/** Human-readable parts of age's X25519 and hybrid keys (age spec, "Native recipient types"). */
const RECIPIENT_HRP = 'age';
const IDENTITY_HRP = 'age-secret-key-';
const HYBRID_RECIPIENT_HRP = 'age1pq';
const HYBRID_IDENTITY_HRP = 'age-secret-key-pq-';

const KEY_BYTES = 32;

/** A fresh X25519 identity (secret, `AGE-SECRET-KEY-1…`) and its recipient (public, `age1…`). */
export function generateIdentity(): { identity: string; recipient: string } {
  const identity = bech32Encode(IDENTITY_HRP, randomBytes(KEY_BYTES)).toUpperCase();
  return { identity, recipient: recipientOf(identity) };
}

/** The recipient `age1…` of an identity. @throws KEY_INVALID, UNSUPPORTED as `parseIdentity`. */
export function recipientOf(identity: string): string {
  return bech32Encode(RECIPIENT_HRP, rawPublicKey(importSecret(parseIdentity(identity))));
}

/**
 * The 32 secret bytes of an `AGE-SECRET-KEY-1…` string.
 * @throws UNSUPPORTED on a hybrid identity (`AGE-SECRET-KEY-PQ-1…`).
 * @throws KEY_INVALID on anything else that is not an X25519 identity; the text is never shown.
 */
export function parseIdentity(text: string): Buffer {
  const { hrp, bytes } = bech32Decode(text, 'age identity');
  if (hrp === HYBRID_IDENTITY_HRP) throw hybrid('identity', 'AGE-SECRET-KEY-1…');
  return checked('identity', 'AGE-SECRET-KEY-1…', hrp === IDENTITY_HRP, bytes);
}

/**
 * The 32 bytes (u-coordinate) of an `age1…` recipient.
 * @throws UNSUPPORTED on a hybrid recipient (`age1pq1…`).
 * @throws KEY_INVALID on anything else that is not an X25519 recipient, and on a key of small
 *   order, to which everybody's shared secret is zero.
 */
export function parseRecipient(text: string): Uint8Array {
  const { hrp, bytes } = bech32Decode(text, 'age recipient');
  if (hrp === HYBRID_RECIPIENT_HRP) throw hybrid('recipient', 'age1…');
  checked('recipient', 'age1…', hrp === RECIPIENT_HRP, bytes);
  if (!isSmallOrderMontgomery(bytes)) return bytes;
  throw new TocsinError(
    'KEY_INVALID',
    'age recipient: expected a key of large order, found one of small order',
  );
}

/**
 * Names a recipient in manifests and events: SHA-256 of its `age1…` string in lower case, 64 hex
 * digits. Bech32 may also be written in upper case, and one key must have one fingerprint.
 */
export function fingerprint(recipient: string): string {
  return sha256Hex(Buffer.from(recipient.toLowerCase()));
}

function checked(what: string, form: string, hrpFits: boolean, bytes: Buffer): Buffer {
  if (hrpFits && bytes.length === KEY_BYTES) return bytes;
  throw new TocsinError(
    'KEY_INVALID',
    `age ${what}: expected ${form} with ${KEY_BYTES} bytes, found ` +
      (hrpFits ? `${bytes.length} bytes` : 'another kind of key'),
  );
}

function hybrid(what: string, form: string): TocsinError {
  return new TocsinError(
    'UNSUPPORTED',
    `age ${what}: expected X25519 (${form}), found mlkem768x25519, which is not supported yet`,
  );
}
