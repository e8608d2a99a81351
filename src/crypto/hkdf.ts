import { hmacSha256 } from './hash.ts';

const ONE = Buffer.from([1]);
const NO_SALT = Buffer.alloc(0);

/**
 * HKDF-SHA-256 (RFC 5869) with 32 bytes of output: extract, then the one block of expand that
 * suffices for a digest's length. `salt` empty means RFC 5869's zero salt (as HMAC key they are
 * equal). Written on `hmacSha256` because `hkdfSync` costs some three times as much for such short
 * inputs.
 */
export function hkdf32(ikm: Uint8Array, salt: Uint8Array | null, info: Uint8Array): Buffer {
  const prk = hmacSha256(salt ?? NO_SALT, ikm);
  return hmacSha256(prk, info, ONE);
}
