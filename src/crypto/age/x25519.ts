import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { TocsinError } from '../../domain/errors.ts';

/** The DER around a raw X25519 secret (RFC 8410 §7): everything before its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** A fresh ephemeral key pair and the 32 bytes of its public half. */
export function generateEphemeral(): { secret: KeyObject; share: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { secret: privateKey, share: exportRaw(publicKey) };
}

/** Imports 32 secret bytes. */
export function importSecret(raw: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, raw]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** Imports the 32 bytes of a public key. Through JWK, which spares OpenSSL's slow DER decoder. */
export function importPublic(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
}

/** The 32 public bytes of a secret key. */
export function rawPublicKey(secret: KeyObject): Buffer {
  return exportRaw(createPublicKey(secret));
}

/**
 * X25519 (RFC 7748 §5), 32 bytes. The caller has excluded public keys of small order; on one
 * OpenSSL itself throws, as RFC 7748 §6.1 allows.
 */
export function sharedSecret(secret: KeyObject, publicKey: KeyObject): Buffer {
  return diffieHellman({ privateKey: secret, publicKey });
}

function exportRaw(publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: 'jwk' });
  // RFC 8037 §2 requires `x`; only the type of an export for any kind of key leaves it open.
  /* node:coverage ignore next */
  if (x === undefined) throw new TocsinError('INTERNAL', 'X25519 JWK: expected x, found none');
  return Buffer.from(x, 'base64url');
}
