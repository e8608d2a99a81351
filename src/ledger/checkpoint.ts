/**
 * C2SP checkpoints (https://c2sp.org/tlog-checkpoint): origin, size and root of the log as the text
 * of a signed note. Whoever keeps one can later demand a consistency proof from it.
 * Format: docs/formats/checkpoint.md.
 */
import { invalid } from '../domain/errors.ts';
import { decodeBase64 } from './base64.ts';
import { verifyNote } from './note.ts';
import { HASH_BYTES } from './proof.ts';
import { count } from './shape.ts';
import { parseVerifierKey } from './verifier-key.ts';

/** What a checkpoint says. */
export type Checkpoint = {
  /** The log's unique name, one line; Tocsin uses the name of the log's key. */
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
};

/** No sign, no leading zero, no exponent. */
const SIZE = /^(?:0|[1-9][0-9]*)$/;

/**
 * The text to sign with `signNote`.
 * @throws INVALID_INPUT when the origin is empty or has a newline, the size is not a safe integer ≥
 *   0 or the root not 32 bytes.
 */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw invalid('origin', 'one line', origin);
  if (root.length !== HASH_BYTES) throw invalid('root', `${HASH_BYTES} bytes`, root.length);
  return `${origin}\n${count('size', size)}\n${Buffer.from(root).toString('base64')}\n`;
}

/**
 * Verifies and reads a checkpoint that anybody may have written. Extension lines are accepted and
 * ignored, as opaque to us; Tocsin writes none.
 * @param origin the log expected; by default it has the name of its key.
 * @throws as `verifyNote`; INVALID_INPUT when the text is not a checkpoint, is of another origin,
 *   or its size is beyond 2^53 - 1.
 */
export function parseCheckpoint(
  note: string,
  verifierKey: string,
  origin = parseVerifierKey(verifierKey).name,
): Checkpoint {
  const lines = verifyNote(note, verifierKey).slice(0, -1).split('\n');
  const [found = '', size = '', root = ''] = lines;
  if (lines.length < 3) throw invalid('checkpoint', 'at least 3 lines', lines.length);
  if (lines.includes('')) throw invalid('checkpoint', 'no empty line', 'one');
  if (found !== origin) throw invalid('checkpoint.origin', origin, found);
  if (!SIZE.test(size)) throw invalid('checkpoint.size', 'a decimal number', size);
  return { origin, size: count('checkpoint.size', Number(size)), root: rootFrom(root) };
}

function rootFrom(text: string): Buffer {
  const root = decodeBase64(text);
  if (root?.length !== HASH_BYTES) {
    throw invalid('checkpoint.root', `base64 of ${HASH_BYTES} bytes`, text);
  }
  return root;
}
