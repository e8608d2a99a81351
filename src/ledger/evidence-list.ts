import { sha256Hex } from '../crypto/hash.ts';

/** The list of no readings at all, hex. */
export const EMPTY_LIST = '0'.repeat(64);

/**
 * The hash over a programme's readings, in the order in which they entered the evidence, with one
 * more: H("tocsin/evidence/v1\n" ‖ list ‖ reading). Both are 32 bytes in hex, and so is the result
 * (docs/formats/event.md).
 */
export function nextList(list: string, reading: string): string {
  return sha256Hex(
    Buffer.from('tocsin/evidence/v1\n'),
    Buffer.from(list, 'hex'),
    Buffer.from(reading, 'hex'),
  );
}
