import { TocsinError } from '../domain/errors.ts';
import {
  AEAD_KEY_BYTES,
  AEAD_NONCE_BYTES,
  AEAD_TAG_BYTES,
  aeadOpen,
  aeadSealInto,
} from './aead.ts';
import { lp } from './hash.ts';
import { hkdf32 } from './hkdf.ts';
import { randomBytes } from './random.ts';

/** A master key and its public name. */
export type MasterKey = {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly kid: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
};

/** First byte of every wrapped key; a later format gets another. */
const VERSION = 1;
const KID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Wraps `key` under a master key:
 * `0x01 ‖ length of kid (1) ‖ kid ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, ChaCha20-Poly1305 under
 * `deriveKey(master, "tocsin/wrap/v1")`, with the kid and `aad` authenticated.
 * @param aad what the key is for (alert and purpose); unwrapping for another purpose fails
 * @throws KEY_INVALID when the master key is not 32 bytes long or its kid is malformed.
 */
export function wrapKey(master: MasterKey, aad: string, key: Uint8Array): Buffer {
  checkMaster(master);
  const kid = Buffer.from(master.kid, 'latin1');
  const body = 2 + kid.length + AEAD_NONCE_BYTES;
  const out = Buffer.allocUnsafe(body + key.length + AEAD_TAG_BYTES);
  const nonce = randomBytes(AEAD_NONCE_BYTES);
  out[0] = VERSION;
  out[1] = kid.length;
  out.set(kid, 2);
  out.set(nonce, 2 + kid.length);
  aeadSealInto(out, body, wrappingKey(master), nonce, key, wrapAad(master.kid, aad));
  return out;
}

/**
 * The key that `wrapKey` was given.
 * @throws KEY_WRONG when it was wrapped under another master key (the message names the kid
 *   expected and the kid found), for another purpose, or was altered. Never with key material.
 * @throws SEAL_MALFORMED when the bytes have not the form above.
 * @throws KEY_INVALID as `wrapKey`.
 */
export function unwrapKey(master: MasterKey, aad: string, wrapped: Uint8Array): Buffer {
  checkMaster(master);
  const { kid, nonce, sealed } = parse(wrapped);
  if (kid !== master.kid) {
    throw new TocsinError(
      'KEY_WRONG',
      `wrapped key ${aad}: expected master key ${master.kid}, found it wrapped under ${kid}`,
    );
  }
  const key = aeadOpen(wrappingKey(master), nonce, sealed, wrapAad(kid, aad));
  if (key !== null) return key;
  throw new TocsinError(
    'KEY_WRONG',
    `wrapped key ${aad}: expected to authenticate under master key ${master.kid}, found kid ` +
      `${kid} but that it does not (another key of the same name, another purpose, or altered)`,
  );
}

/** The kid of the master key that `wrapped` names; unauthenticated. @throws SEAL_MALFORMED */
export function wrappedKid(wrapped: Uint8Array): string {
  return parse(wrapped).kid;
}

/** A 32-byte key for one purpose: HKDF-SHA-256 (RFC 5869), no salt, `purpose` as info. */
export function deriveKey(master: Uint8Array, purpose: string): Buffer {
  return hkdf32(master, null, Buffer.from(purpose));
}

function wrappingKey(master: MasterKey): Buffer {
  return deriveKey(master.key, 'tocsin/wrap/v1');
}

function wrapAad(kid: string, aad: string): Buffer {
  return lp('tocsin/wrap/v1', kid, aad);
}

function parse(wrapped: Uint8Array): { kid: string; nonce: Uint8Array; sealed: Uint8Array } {
  const body = 2 + (wrapped[1] ?? 0) + AEAD_NONCE_BYTES;
  const kid = Buffer.from(wrapped.subarray(2, body - AEAD_NONCE_BYTES)).toString('latin1');
  if (wrapped[0] !== VERSION || wrapped.length < body + AEAD_TAG_BYTES || !KID.test(kid)) {
    throw new TocsinError(
      'SEAL_MALFORMED',
      `wrapped key: expected version ${VERSION}, a kid, a nonce and a tag, found version ` +
        `${wrapped[0] ?? 'none'} and ${wrapped.length} bytes`,
    );
  }
  return {
    kid,
    nonce: wrapped.subarray(body - AEAD_NONCE_BYTES, body),
    sealed: wrapped.subarray(body),
  };
}

function checkMaster(master: MasterKey): void {
  if (master.key.length !== AEAD_KEY_BYTES) {
    throw new TocsinError(
      'KEY_INVALID',
      `master key: expected ${AEAD_KEY_BYTES} bytes, found ${master.key.length}`,
    );
  }
  if (!KID.test(master.kid)) {
    throw new TocsinError(
      'KEY_INVALID',
      'master key id: expected 1 to 64 of A-Z a-z 0-9 . _ -, found something else',
    );
  }
}
