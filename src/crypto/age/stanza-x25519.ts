import type { KeyObject } from 'node:crypto';
import { TocsinError } from '../../domain/errors.ts';
import { AEAD_NONCE_BYTES, AEAD_TAG_BYTES, aeadOpen, aeadSealInto } from '../aead.ts';
import { hkdf32 } from '../hkdf.ts';
import { isSmallOrderMontgomery } from '../small-order.ts';
import { base64, parseBase64 } from './base64.ts';
import { FILE_KEY_BYTES } from './file-key.ts';
import type { Stanza } from './header.ts';
import {
  generateEphemeral,
  importPublic,
  importSecret,
  rawPublicKey,
  sharedSecret,
} from './x25519.ts';

const TYPE = 'X25519';
const SHARE_BYTES = 32;
const BODY_BYTES = FILE_KEY_BYTES + AEAD_TAG_BYTES;
const INFO = Buffer.from('age-encryption.org/v1/X25519');
/** Fixed, as the wrap key is used once (age spec, "X25519 recipient stanza"). */
const ZERO_NONCE = Buffer.alloc(AEAD_NONCE_BYTES);

/** A recipient ready to seal to. */
type Recipient = {
  readonly raw: Uint8Array;
  readonly key: KeyObject;
};

/** An identity ready to open with. */
type X25519Identity = {
  readonly publicKey: Uint8Array;
  readonly secret: KeyObject;
};

/** Imports the 32 bytes of a recipient, which are not of small order. */
export function importX25519Recipient(raw: Uint8Array): Recipient {
  return { raw, key: importPublic(raw) };
}

/** Wraps the file key for a recipient (age spec, "X25519 recipient stanza"). */
export function wrapX25519({ raw, key }: Recipient, fileKey: Uint8Array): Stanza {
  const { secret, share } = generateEphemeral();
  const body = Buffer.allocUnsafe(BODY_BYTES);
  aeadSealInto(body, 0, wrapKeyFor(secret, key, share, raw), ZERO_NONCE, fileKey);
  return { args: [TYPE, base64(share)], body };
}

/** Imports the 32 bytes of an identity. */
export function importX25519Identity(raw: Uint8Array): X25519Identity {
  const secret = importSecret(raw);
  return { publicKey: rawPublicKey(secret), secret };
}

/** The ephemeral share and wrapped key of an X25519 stanza; `null` for any other type. */
type X25519Stanza = {
  readonly share: Uint8Array;
  readonly body: Uint8Array;
};

/**
 * Reads an X25519 stanza; `null` when it is of another type, which the spec says to ignore.
 * @throws SEAL_MALFORMED unless it has two arguments, the second canonical Base64 of 32 bytes of
 *   large order, and a body of 32 bytes (age spec, "X25519 recipient stanza").
 */
export function parseX25519Stanza(stanza: Stanza): X25519Stanza | null {
  if (stanza.args[0] !== TYPE) return null;
  const share = parseBase64(stanza.args[1] ?? '');
  if (stanza.args.length !== 2 || share?.length !== SHARE_BYTES) {
    throw malformed('one argument, 32 bytes of canonical Base64', 'other arguments');
  }
  if (stanza.body.length !== BODY_BYTES) {
    // Checked before any attempt at decryption, against partitioning oracles.
    throw malformed(`a body of ${BODY_BYTES} bytes`, `${stanza.body.length}`);
  }
  // The shared secret with such a share is zero, on which the spec says to abort.
  if (isSmallOrderMontgomery(share)) throw malformed('a share of large order', 'small order');
  return { share, body: stanza.body };
}

/** The file key, or `null` when the stanza is not for this identity. */
export function unwrapX25519(identity: X25519Identity, stanza: X25519Stanza): Buffer | null {
  const theirs = importPublic(stanza.share);
  const key = wrapKeyFor(identity.secret, theirs, stanza.share, identity.publicKey);
  return aeadOpen(key, ZERO_NONCE, stanza.body);
}

function wrapKeyFor(
  secret: KeyObject,
  publicKey: KeyObject,
  share: Uint8Array,
  recipient: Uint8Array,
): Buffer {
  const salt = Buffer.allocUnsafe(2 * SHARE_BYTES);
  salt.set(share);
  salt.set(recipient, SHARE_BYTES);
  return hkdf32(sharedSecret(secret, publicKey), salt, INFO);
}

function malformed(expected: string, found: string): TocsinError {
  return new TocsinError(
    'SEAL_MALFORMED',
    `age X25519 stanza: expected ${expected}, found ${found}`,
  );
}
