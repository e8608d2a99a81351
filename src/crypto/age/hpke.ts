import { AEAD_KEY_BYTES, AEAD_NONCE_BYTES } from '../aead.ts';
import { hmacSha256 } from '../hash.ts';

/*
 * The key schedule of HPKE (RFC 9180 §5.1) in mode base, for the one suite that age uses:
 * MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305. Each context seals one message.
 */

const MLKEM768_X25519 = 0x647a;
const HKDF_SHA256 = 0x0001;
const CHACHA20_POLY1305 = 0x0003;
const SUITE = Buffer.concat([
  Buffer.from('HPKE'),
  ...[MLKEM768_X25519, HKDF_SHA256, CHACHA20_POLY1305].map(twoBytes),
]);
const VERSION = Buffer.from('HPKE-v1');
const MODE_BASE = Buffer.from([0]);
const EMPTY = Buffer.alloc(0);
const ONE = Buffer.from([1]);

/**
 * Key and nonce of the first message.
 * @param shared secret of the KEM, 32 bytes
 * @param info what the key is for
 */
export function hpkeKey(shared: Uint8Array, info: Uint8Array): { key: Buffer; nonce: Buffer } {
  const context = Buffer.concat([
    MODE_BASE,
    extract(EMPTY, 'psk_id_hash', EMPTY),
    extract(EMPTY, 'info_hash', info),
  ]);
  const secret = extract(shared, 'secret', EMPTY);
  return {
    key: expand(secret, 'key', context, AEAD_KEY_BYTES),
    nonce: expand(secret, 'base_nonce', context, AEAD_NONCE_BYTES),
  };
}

/** LabeledExtract (RFC 9180 §4). */
function extract(salt: Uint8Array, label: string, input: Uint8Array): Buffer {
  return hmacSha256(salt, VERSION, SUITE, Buffer.from(label), input);
}

/** LabeledExpand (RFC 9180 §4), of at most a digest's 32 bytes: one block of HKDF-Expand. */
function expand(secret: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  const labelled = [twoBytes(length), VERSION, SUITE, Buffer.from(label), info];
  return hmacSha256(secret, ...labelled, ONE).subarray(0, length);
}

function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
