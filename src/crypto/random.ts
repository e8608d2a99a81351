import { randomBytes as nodeRandomBytes, randomUUID } from 'node:crypto';

const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);

/**
 * `n` bytes from the operating system's CSPRNG. The only source of randomness in Tocsin. Small
 * amounts are cut from a block asked for at once: a call for 32 bytes costs as much as one for
 * 4096. No byte is handed out twice, and what was handed out is no longer in the block.
 */
export function randomBytes(n: number): Buffer {
  if (n > POOL_BYTES / 8) return nodeRandomBytes(n);
  if (pool.length < n) pool = nodeRandomBytes(POOL_BYTES);
  const bytes = Buffer.from(pool.subarray(0, n));
  pool.fill(0, 0, n);
  pool = pool.subarray(n);
  return bytes;
}

/** A fresh random UUIDv4 (RFC 9562 §5.4), lower case; `T` is the branded id type of the caller. */
export function newId<T extends string = string>(): T {
  return randomUUID() as string as T;
}
