import { randomBytes as nodeRandomBytes, randomUUID } from 'node:crypto';

/** `n` bytes from the operating system's CSPRNG. The only source of randomness in Tocsin. */
export function randomBytes(n: number): Buffer {
  return nodeRandomBytes(n);
}

/** A uniform integer in [0, 2^32). */
export function randomUint32(): number {
  return nodeRandomBytes(4).readUInt32BE(0);
}

/** A fresh random UUIDv4 (RFC 9562 §5.4), lower case; `T` is the branded id type of the caller. */
export function newId<T extends string = string>(): T {
  return randomUUID() as string as T;
}
