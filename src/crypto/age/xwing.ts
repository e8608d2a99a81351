import crypto, { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { TocsinError } from '../../domain/errors.ts';
import { isSmallOrderMontgomery } from '../small-order.ts';
import {
  generateEphemeral,
  importPublic,
  importSecret,
  rawPublicKey,
  sharedSecret,
} from './x25519.ts';

/*
 * MLKEM768-X25519, also called X-Wing (draft-ietf-hpke-pq-03 §3; draft-connolly-cfrg-xwing-kem):
 * secret as long as either of ML-KEM-768 (FIPS 203) and X25519 holds.
 */

const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
const X25519_BYTES = 32;
const SEED_BYTES = 32;
const MLKEM_SEED_BYTES = 64;

/** Bytes of a public key, and of an encapsulated one. */
export const XWING_PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + X25519_BYTES;
export const XWING_ENCAPSULATED_BYTES = MLKEM_CIPHERTEXT_BYTES + X25519_BYTES;

/** The DER around raw ML-KEM-768 keys (RFC 9935): a public one, and a private one as its seed. */
const SPKI_PREFIX = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');
const PKCS8_PREFIX = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');
const LABEL = Buffer.from('\\.//^\\', 'latin1');

/** A public key ready to encapsulate to. */
export type XWingPublic = {
  readonly mlkem: KeyObject;
  readonly x25519: KeyObject;
  readonly x25519Raw: Uint8Array;
};

/** A secret key ready to decapsulate with. */
export type XWingSecret = XWingPublic & {
  readonly mlkemSecret: KeyObject;
  readonly x25519Secret: KeyObject;
};

/**
 * Imports the 1216 bytes of a public key.
 * @throws KEY_INVALID on another length, an ML-KEM key that FIPS 203 §7.2 refuses, or an X25519
 *   key of small order. @throws UNSUPPORTED where Node has no ML-KEM.
 */
export function importXWingPublic(raw: Uint8Array): XWingPublic {
  requireMlKem();
  if (raw.length !== XWING_PUBLIC_BYTES) {
    throw invalidKey(`${XWING_PUBLIC_BYTES} bytes`, `${raw.length}`);
  }
  const x25519Raw = raw.subarray(MLKEM_PUBLIC_BYTES);
  if (isSmallOrderMontgomery(x25519Raw)) throw invalidKey('an X25519 key of large order', 'small');
  return {
    mlkem: importMlKem(raw.subarray(0, MLKEM_PUBLIC_BYTES)),
    x25519: importPublic(x25519Raw),
    x25519Raw,
  };
}

/** Expands a 32-byte seed to the key pair. @throws KEY_INVALID on another length; UNSUPPORTED. */
export function importXWingSecret(seed: Uint8Array): XWingSecret {
  requireMlKem();
  if (seed.length !== SEED_BYTES) throw invalidKey(`a seed of ${SEED_BYTES} bytes`, 'another');
  const outputLength = MLKEM_SEED_BYTES + X25519_BYTES;
  const expanded = createHash('shake256', { outputLength }).update(seed).digest();
  const mlkemSecret = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, expanded.subarray(0, MLKEM_SEED_BYTES)]),
    format: 'der',
    type: 'pkcs8',
  });
  const x25519Secret = importSecret(expanded.subarray(MLKEM_SEED_BYTES));
  const x25519Raw = rawPublicKey(x25519Secret);
  const x25519 = importPublic(x25519Raw);
  return { mlkem: createPublicKey(mlkemSecret), x25519, x25519Raw, mlkemSecret, x25519Secret };
}

/** The 1216 bytes of a public key. */
export function exportXWingPublic({ mlkem, x25519Raw }: XWingPublic): Buffer {
  const der = mlkem.export({ format: 'der', type: 'spki' });
  return Buffer.concat([der.subarray(SPKI_PREFIX.length), x25519Raw]);
}

/** A fresh shared secret of 32 bytes, and the 1120 bytes from which the key's holder gets it. */
export function encapsulate(to: XWingPublic): { secret: Buffer; encapsulated: Buffer } {
  const { sharedKey, ciphertext } = crypto.encapsulate(to.mlkem);
  const { secret, share } = generateEphemeral();
  const shared = combine(sharedKey, sharedSecret(secret, to.x25519), share, to.x25519Raw);
  return { secret: shared, encapsulated: Buffer.concat([ciphertext, share]) };
}

/**
 * The shared secret in 1120 bytes whose X25519 share is of large order. Bytes that were not made
 * for this key give another secret, not an error (FIPS 203 §6.3).
 */
export function decapsulate(secret: XWingSecret, encapsulated: Uint8Array): Buffer {
  const share = shareIn(encapsulated);
  const fromMlKem = crypto.decapsulate(
    secret.mlkemSecret,
    encapsulated.subarray(0, MLKEM_CIPHERTEXT_BYTES),
  );
  const fromX25519 = sharedSecret(secret.x25519Secret, importPublic(share));
  return combine(fromMlKem, fromX25519, share, secret.x25519Raw);
}

/** The X25519 share at the end of an encapsulated key. */
export function shareIn(encapsulated: Uint8Array): Uint8Array {
  return encapsulated.subarray(MLKEM_CIPHERTEXT_BYTES);
}

function combine(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha3-256');
  for (const part of parts) hash.update(part);
  return hash.update(LABEL).digest();
}

function importMlKem(raw: Uint8Array): KeyObject {
  try {
    const key = Buffer.concat([SPKI_PREFIX, raw]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    throw invalidKey('an ML-KEM-768 key', 'one that is out of range');
  }
}

function requireMlKem(): void {
  if (typeof crypto.encapsulate === 'function') return;
  throw new TocsinError(
    'UNSUPPORTED',
    `age key: expected Node 24.7 for mlkem768x25519, found ${process.version}`,
  );
}

function invalidKey(expected: string, found: string): TocsinError {
  return new TocsinError('KEY_INVALID', `age hybrid key: expected ${expected}, found ${found}`);
}
