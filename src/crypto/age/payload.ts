import { AEAD_NONCE_BYTES, AEAD_TAG_BYTES, aeadOpen, aeadSealInto } from '../aead.ts';
import { hkdf32 } from '../hkdf.ts';

/** Plaintext bytes of every chunk but the last (age spec, "Payload"). */
export const CHUNK_BYTES = 64 * 1024;
/** The same sealed. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + AEAD_TAG_BYTES;
/** Bytes of the nonce between header and first chunk. */
export const PAYLOAD_NONCE_BYTES = 16;

const PAYLOAD_INFO = Buffer.from('payload');

/** The key of a payload from the file key and the payload's nonce. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return hkdf32(fileKey, nonce, PAYLOAD_INFO);
}

/** Chunks of a plaintext: an empty one still has a chunk, which is empty. */
export function chunkCount(plaintextBytes: number): number {
  return Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES));
}

/** Seals one chunk to `out` from `at`; gives the end. */
export function sealChunkInto(
  out: Buffer,
  at: number,
  key: Uint8Array,
  index: number,
  last: boolean,
  plaintext: Uint8Array,
): number {
  return aeadSealInto(out, at, key, chunkNonce(index, last), plaintext);
}

/** Opens one chunk, or `null` when it does not authenticate at this place. */
export function openChunk(
  key: Uint8Array,
  index: number,
  last: boolean,
  sealed: Uint8Array,
): Buffer | null {
  return aeadOpen(key, chunkNonce(index, last), sealed);
}

/**
 * 11 bytes of big-endian chunk counter, of which 2^48 chunks of 64 KiB leave five at zero; then the
 * flag.
 */
function chunkNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(AEAD_NONCE_BYTES);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
