import { TocsinError } from '../domain/errors.ts';
import {
  AEAD_KEY_BYTES,
  AEAD_NONCE_BYTES,
  AEAD_TAG_BYTES,
  aeadOpen,
  aeadSealInto,
} from './aead.ts';
import { lp } from './hash.ts';
import { randomBytes } from './random.ts';

/** First byte of every encrypted column; a later format gets another. */
const VERSION = 1;
const HEAD_BYTES = 1 + AEAD_NONCE_BYTES;

/**
 * Encrypts a column's value under an alert's data key: `0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`,
 * ChaCha20-Poly1305. The nonce is random: at RFC 8439's 96 bits a key may encrypt 2^32 values
 * before the chance of a repeated nonce reaches 2^-33, far more than an alert has rows.
 * @param key 32 bytes
 * @param aad identity of the row and column; decryption elsewhere fails
 * @throws KEY_INVALID when the key is not 32 bytes long.
 */
export function encryptColumn(key: Uint8Array, aad: string, plaintext: Uint8Array): Buffer {
  checkKey(key);
  const out = Buffer.allocUnsafe(HEAD_BYTES + plaintext.length + AEAD_TAG_BYTES);
  const nonce = randomBytes(AEAD_NONCE_BYTES);
  out[0] = VERSION;
  out.set(nonce, 1);
  aeadSealInto(out, HEAD_BYTES, key, nonce, plaintext, columnAad(aad));
  return out;
}

/**
 * The value that `encryptColumn` was given.
 * @throws KEY_WRONG when it does not authenticate under this key and this row's identity.
 * @throws SEAL_MALFORMED when the bytes are too short or of another version.
 * @throws KEY_INVALID when the key is not 32 bytes long.
 */
export function decryptColumn(key: Uint8Array, aad: string, ciphertext: Uint8Array): Buffer {
  checkKey(key);
  if (ciphertext.length < HEAD_BYTES + AEAD_TAG_BYTES || ciphertext[0] !== VERSION) {
    throw new TocsinError(
      'SEAL_MALFORMED',
      `encrypted column: expected version ${VERSION} and at least ` +
        `${HEAD_BYTES + AEAD_TAG_BYTES} bytes, found version ${ciphertext[0] ?? 'none'} and ` +
        `${ciphertext.length} bytes`,
    );
  }
  const nonce = ciphertext.subarray(1, HEAD_BYTES);
  const plaintext = aeadOpen(key, nonce, ciphertext.subarray(HEAD_BYTES), columnAad(aad));
  if (plaintext !== null) return plaintext;
  throw new TocsinError(
    'KEY_WRONG',
    `encrypted column ${aad}: expected to authenticate under this alert's data key, found that ` +
      'it does not (another key, a moved row, or altered bytes)',
  );
}

function columnAad(aad: string): Buffer {
  return lp('tocsin/column/v1', aad);
}

function checkKey(key: Uint8Array): void {
  if (key.length === AEAD_KEY_BYTES) return;
  throw new TocsinError(
    'KEY_INVALID',
    `column key: expected ${AEAD_KEY_BYTES} bytes, found ${key.length}`,
  );
}
