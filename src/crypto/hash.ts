import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import { invalid } from '../domain/errors.ts';

/** SHA-256's block and digest length, in bytes (FIPS 180-4 §1, table 1). */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * Inputs up to this many bytes take the one-shot path; beyond it OpenSSL's speed outweighs its
 * set-up.
 */
const SMALL_BYTES = 4096;

/**
 * Scratch of the one-shot path: an HMAC pad block, then the message. Reused, because every function
 * here runs to its end without yielding; whatever lies in it after a call is overwritten by the
 * next.
 */
const inner = Buffer.alloc(BLOCK_BYTES + SMALL_BYTES);
const innerViews = new Array<Buffer | undefined>(BLOCK_BYTES + SMALL_BYTES + 1);
const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

/** SHA-256 (FIPS 180-4) over the concatenation of `parts`. 32 bytes. */
export function sha256(...parts: Uint8Array[]): Buffer {
  return Buffer.from(digest(parts, 'binary'), 'latin1');
}

/** SHA-256 over the concatenation of `parts`, as 64 lower-case hex digits. */
export function sha256Hex(...parts: Uint8Array[]): string {
  return digest(parts, 'hex');
}

/**
 * HMAC-SHA-256 (RFC 2104) over the concatenation of `parts`. 32 bytes; `key` of any length.
 *
 * A copy costs one HMAC for each of its slots, and in Node 24 `createHmac` spends several times the
 * cost of the hash itself on its objects. Small messages therefore go through RFC 2104's
 * definition, H(K ⊕ opad ‖ H(K ⊕ ipad ‖ text)), on the one-shot hash.
 */
export function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const length = totalBytes(parts);
  if (length > SMALL_BYTES) return longHmac(key, parts);
  loadPads(key);
  copyParts(parts, BLOCK_BYTES);
  return finishHmac(length);
}

/**
 * Length-prefixed encoding: each field as UTF-8, preceded by its length in bytes as 4-byte
 * big-endian. Distinct lists of fields have distinct encodings.
 * @throws INVALID_INPUT when a field holds a lone surrogate, which UTF-8 cannot express.
 */
export function lp(...fields: string[]): Buffer {
  let length = 0;
  for (const field of fields) length += 4 + Buffer.byteLength(field);
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  for (const [index, field] of fields.entries()) {
    if (!field.isWellFormed()) throw invalid(`fields[${index}]`, 'well-formed Unicode', field);
    const bytes = out.write(field, at + 4);
    out.writeUInt32BE(bytes, at);
    at += 4 + bytes;
  }
  return out;
}

/**
 * `hmacSha256(key, lp(...fields))`, without the intermediate buffer when all fields are short
 * ASCII, as ids and labels are.
 * @throws INVALID_INPUT as `lp`.
 */
export function hmacLp(key: Uint8Array, ...fields: string[]): Buffer {
  let text = '';
  for (const field of fields) {
    const prefix = SHORT_PREFIX[field.length];
    if (prefix === undefined) return hmacSha256(key, lp(...fields));
    text += prefix + field;
  }
  if (text.length > SMALL_BYTES) return hmacSha256(key, lp(...fields));
  loadPads(key);
  // One write for all fields. UTF-8 is as long as the string only if every character is ASCII, so
  // an equal count proves that the prefixes, which count UTF-16 units, are right as byte counts.
  const written = inner.write(text, BLOCK_BYTES);
  return written === text.length ? finishHmac(written) : hmacSha256(key, lp(...fields));
}

/**
 * The 4-byte length prefixes below 128, as text: each of their bytes is itself one ASCII character.
 */
const SHORT_PREFIX: readonly string[] = Array.from(
  { length: 128 },
  (_, length) => `\0\0\0${String.fromCharCode(length)}`,
);

/** Constant-time equality (in the content; the lengths are taken to be public). */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function digest(parts: readonly Uint8Array[], encoding: 'binary' | 'hex'): string {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return hash('sha256', only, encoding);
  const length = totalBytes(parts);
  if (length > SMALL_BYTES) {
    const state = createHash('sha256');
    for (const part of parts) state.update(part);
    return state.digest(encoding);
  }
  copyParts(parts, 0);
  return hash('sha256', innerView(length), encoding);
}

function longHmac(key: Uint8Array, parts: readonly Uint8Array[]): Buffer {
  const state = createHmac('sha256', key);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** Writes K ⊕ ipad and K ⊕ opad; a key longer than a block is hashed first (RFC 2104 §2). */
function loadPads(key: Uint8Array): void {
  const block = key.length > BLOCK_BYTES ? sha256(key) : key;
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const byte = block[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
}

function finishHmac(messageBytes: number): Buffer {
  const first = hash('sha256', innerView(BLOCK_BYTES + messageBytes), 'binary');
  outer.write(first, BLOCK_BYTES, 'binary');
  return Buffer.from(hash('sha256', outer, 'binary'), 'latin1');
}

/**
 * The first `length` bytes of the scratch. Views are kept: making one costs as much as hashing a
 * block.
 */
function innerView(length: number): Buffer {
  const known = innerViews[length];
  if (known !== undefined) return known;
  const view = inner.subarray(0, length);
  innerViews[length] = view;
  return view;
}

function copyParts(parts: readonly Uint8Array[], from: number): void {
  let at = from;
  for (const part of parts) {
    inner.set(part, at);
    at += part.length;
  }
}

function totalBytes(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
