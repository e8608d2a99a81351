import { TocsinError } from '../domain/errors.ts';
import { lp, sha256Hex } from './hash.ts';
import { randomBytes } from './random.ts';

/**
 * A key as two halves of its length: one random, the other its XOR with the key (a one-time pad).
 * Each alone is independent of the key; both give it.
 */
export function splitKey(key: Uint8Array): [Buffer, Buffer] {
  const first = randomBytes(key.length);
  return [first, joinKey(first, key)];
}

/** The key of which these are the halves. @throws KEY_INVALID when their lengths differ. */
export function joinKey(first: Uint8Array, second: Uint8Array): Buffer {
  if (first.length !== second.length) {
    throw new TocsinError(
      'KEY_INVALID',
      `halves: expected one length, found ${first.length} and ${second.length} bytes`,
    );
  }
  return Buffer.from(first.map((byte, i) => byte ^ (second[i] ?? 0)));
}

/**
 * Names a half without telling it, 64 hex digits: it has 256 random bits, and is bound to what it
 * is a half for.
 */
export function nameOfHalf(purpose: string, half: Uint8Array): string {
  return sha256Hex(lp('tocsin/half/v1', purpose), half);
}
