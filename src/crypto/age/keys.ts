import { TocsinError } from '../../domain/errors.ts';
import { sha256Hex } from '../hash.ts';
import { randomBytes } from '../random.ts';
import { isSmallOrderMontgomery } from '../small-order.ts';
import { bech32Decode, bech32Encode } from './bech32.ts';
import { importSecret, rawPublicKey } from './x25519.ts';
import { exportXWingPublic, importXWingSecret, XWING_PUBLIC_BYTES } from './xwing.ts';

/** Human-readable parts of age's X25519 and hybrid keys (age spec, "Native recipient types"). */
const RECIPIENT_HRP = 'age';
const IDENTITY_HRP = 'age-secret-key-';
const HYBRID_RECIPIENT_HRP = 'age1pq';
const HYBRID_IDENTITY_HRP = 'age-secret-key-pq-';

const SECRET_BYTES = 32;

/** Kinds of age keys, by the type of their stanzas; the second is safe from quantum computers. */
export type AgeKind = 'X25519' | 'mlkem768x25519';

/** A fresh identity (secret, `AGE-SECRET-KEY-…`) and its recipient (public). */
export function generateIdentity(kind: AgeKind = 'X25519'): {
  identity: string;
  recipient: string;
} {
  const hrp = kind === 'X25519' ? IDENTITY_HRP : HYBRID_IDENTITY_HRP;
  const identity = bech32Encode(hrp, randomBytes(SECRET_BYTES)).toUpperCase();
  return { identity, recipient: recipientOf(identity) };
}

/**
 * The recipient of an identity. @throws KEY_INVALID as `parseIdentity`; UNSUPPORTED on a hybrid one
 * where Node has no ML-KEM.
 */
export function recipientOf(identity: string): string {
  const { kind, bytes } = parseIdentity(identity);
  return kind === 'X25519'
    ? bech32Encode(RECIPIENT_HRP, rawPublicKey(importSecret(bytes)))
    : bech32Encode(HYBRID_RECIPIENT_HRP, exportXWingPublic(importXWingSecret(bytes)));
}

/** The bytes of a key, and what they are for. */
type KeyBytes = { readonly kind: AgeKind; readonly bytes: Buffer };

/**
 * The 32 secret bytes of an `AGE-SECRET-KEY-1…` (X25519), or the seed of an
 * `AGE-SECRET-KEY-PQ-1…`. @throws KEY_INVALID on anything else; the text is never shown.
 */
export function parseIdentity(text: string): KeyBytes {
  const { hrp, bytes } = bech32Decode(text, 'age identity');
  const kind = hrp === HYBRID_IDENTITY_HRP ? 'mlkem768x25519' : 'X25519';
  const fits = kind !== 'X25519' || hrp === IDENTITY_HRP;
  return { kind, bytes: checked('identity', 'AGE-SECRET-KEY-…', fits, bytes, SECRET_BYTES) };
}

/**
 * The 32 bytes (u-coordinate) of an `age1…`, or the 1216 of an `age1pq1…`.
 * @throws KEY_INVALID on anything else, and on an X25519 key of small order, to which everybody's
 *   shared secret is zero.
 */
export function parseRecipient(text: string): KeyBytes {
  const { hrp, bytes } = bech32Decode(text, 'age recipient');
  if (hrp === HYBRID_RECIPIENT_HRP) {
    const found = checked('recipient', 'age1pq1…', true, bytes, XWING_PUBLIC_BYTES);
    return { kind: 'mlkem768x25519', bytes: found };
  }
  checked('recipient', 'age1…', hrp === RECIPIENT_HRP, bytes, SECRET_BYTES);
  if (!isSmallOrderMontgomery(bytes)) return { kind: 'X25519', bytes };
  throw new TocsinError(
    'KEY_INVALID',
    'age recipient: expected a key of large order, found one of small order',
  );
}

/**
 * Names a recipient in manifests and events: SHA-256 of its `age1…` or `age1pq1…` string in lower
 * case, 64 hex digits. Bech32 may also be written in upper case, and one key must have one
 * fingerprint.
 */
export function fingerprint(recipient: string): string {
  return sha256Hex(Buffer.from(recipient.toLowerCase()));
}

function checked(
  what: string,
  form: string,
  hrpFits: boolean,
  bytes: Buffer,
  length: number,
): Buffer {
  if (hrpFits && bytes.length === length) return bytes;
  throw new TocsinError(
    'KEY_INVALID',
    `age ${what}: expected ${form} with ${length} bytes, found ` +
      (hrpFits ? `${bytes.length} bytes` : 'another kind of key'),
  );
}
