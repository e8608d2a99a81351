import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { TocsinError } from '../domain/errors.ts';
import { Lru } from './lru.ts';
import { randomBytes } from './random.ts';
import { isSmallOrderEdwards } from './small-order.ts';

/** Lengths in bytes of an Ed25519 seed, public key and signature (RFC 8032 §5.1.5, §5.1.6). */
const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** The DER around a raw Ed25519 key (RFC 8410 §4 and §7): everything before its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Imported public keys, by their bytes: importing costs a third of a verification. */
const publicKeys = new Lru<string, KeyObject>(1024);

/** A key ready to sign. */
export type Signer = {
  /** 32 bytes. */
  readonly publicKey: Buffer;
  /** The Ed25519 signature over `bytes`, 64 bytes. */
  sign(bytes: Uint8Array): Buffer;
};

/**
 * A fresh Ed25519 key: `secret` is the 32-byte seed of RFC 8032 §5.1.5, `publicKey` its 32 bytes.
 */
export function generateSigningKey(): { secret: Buffer; publicKey: Buffer } {
  const secret = randomBytes(SEED_BYTES);
  return { secret, publicKey: publicKeyFromSeed(secret) };
}

/** The 32-byte public key of a 32-byte seed. @throws KEY_INVALID on another length. */
export function publicKeyFromSeed(seed: Uint8Array): Buffer {
  return rawPublicKey(importSeed(seed));
}

/**
 * Imports the seed once and signs as often as asked. @throws KEY_INVALID unless it has 32 bytes.
 */
export function signer(seed: Uint8Array): Signer {
  const key = importSeed(seed);
  return { publicKey: rawPublicKey(key), sign: (bytes) => nodeSign(null, bytes, key) };
}

/**
 * Whether `signature` is the Ed25519 signature over `bytes` by the holder of `publicKey` (RFC 8032
 * §5.1.7, S in range). A public key of small order gives `false`: whoever registers one could later
 * show signatures that fit several messages, and a receipt must bind its signer to one.
 * @throws KEY_INVALID when the public key is not 32 bytes long.
 */
export function verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw badLength('public key', PUBLIC_KEY_BYTES, publicKey.length);
  }
  if (signature.length !== SIGNATURE_BYTES || isSmallOrderEdwards(publicKey)) return false;
  return nodeVerify(null, bytes, importPublicKey(publicKey), signature);
}

function importSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw badLength('seed', SEED_BYTES, seed.length);
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

function importPublicKey(raw: Uint8Array): KeyObject {
  const bytes = Buffer.from(raw);
  return publicKeys.get(bytes.toString('latin1'), () =>
    createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' }),
  );
}

function rawPublicKey(secret: KeyObject): Buffer {
  const der = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return der.subarray(SPKI_PREFIX.length);
}

function badLength(what: string, expected: number, found: number): TocsinError {
  return new TocsinError(
    'KEY_INVALID',
    `Ed25519 ${what}: expected ${expected} bytes, found ${found}`,
  );
}
