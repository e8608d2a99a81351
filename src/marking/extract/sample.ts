import { sha256Hex } from '../../crypto/hash.ts';
import { TocsinError } from '../../domain/errors.ts';
import { tokensOf } from '../tokens.ts';
import { withoutMarkup } from './markup.ts';
import type { Vocabulary } from './words.ts';

/** Largest sample, in bytes (16 MiB): what one trace may cost. */
export const MAX_SAMPLE_BYTES = 16 * 1024 * 1024;

/** A sample and its words as they stand in it. */
export type OpenedSample = {
  readonly bytes: Uint8Array;
  /** Hex. */
  readonly sha256: string;
  readonly tokens: readonly string[];
};

/** @throws LIMIT_EXCEEDED beyond `MAX_SAMPLE_BYTES`. */
export function openSample(bytes: Uint8Array): OpenedSample {
  if (bytes.length > MAX_SAMPLE_BYTES) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `sample: expected at most ${MAX_SAMPLE_BYTES} bytes, found ${bytes.length}`,
      { field: 'sample' },
    );
  }
  return { bytes, sha256: sha256Hex(bytes), tokens: tokensOf(withoutMarkup(textOf(bytes))) };
}

/** The words of a sample by their numbers, and every word by its number. */
export type SampleWords = { readonly numbers: Int32Array; readonly list: readonly string[] };

/** The words of a sample, repaired and numbered: those of the masters as there, others beyond. */
export function wordsOf({ tokens }: OpenedSample, masters: Vocabulary): SampleWords {
  const list = [...masters.list];
  const others = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = masters.ids.get(word) ?? others.get(word);
    if (known !== undefined) return known;
    others.set(word, list.length);
    return list.push(word) - 1;
  };
  const numbers = Int32Array.from(repaired(tokens, masters.ids), numberOf);
  return { numbers, list };
}

/** More than this share of zero bytes is no text. */
const MAX_ZERO_SHARE = 0.01;

/** UTF-8, or UTF-16 where a byte order mark says so; nothing for binary files. */
function textOf(sample: Uint8Array): string {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(sample);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(sample);
  let zeros = 0;
  for (const byte of sample) if (byte === 0) zeros++;
  return zeros > sample.length * MAX_ZERO_SHARE ? '' : new TextDecoder('utf-8').decode(sample);
}

/** Beyond this many words a sample is no copy of an advisory, and repair would take seconds. */
const MAX_REPAIRED_WORDS = 500_000;

/** Longest run of letters in which a lost space is looked for. */
const MAX_RUN = 40;

type Known = { readonly has: (word: string) => boolean };

/**
 * Puts back together what a line end or a typing error split, and apart what it joined, where that
 * gives words of the masters: `vulner-\nability`, `theserver`.
 */
function repaired(tokens: readonly string[], known: Known): readonly string[] {
  if (tokens.length > MAX_REPAIRED_WORDS) return tokens;
  const out: string[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const next = tokens[index + 1] ?? '';
    const isKnown = known.has(token);
    if (next !== '' && !(isKnown && known.has(next)) && known.has(token + next)) {
      out.push(token + next);
      index++;
    } else if (isKnown || token.length > MAX_RUN) {
      out.push(token);
    } else {
      out.push(...split(token, known));
    }
  }
  return out;
}

/** Two known words that make up `token`, the shorter as long as possible; or the token itself. */
function split(token: string, known: Known): readonly string[] {
  const middle = token.length / 2;
  const cuts = Array.from({ length: Math.max(0, token.length - 1) }, (_, index) => index + 1);
  cuts.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  const cut = cuts.find((at) => known.has(token.slice(0, at)) && known.has(token.slice(at)));
  return cut === undefined ? [token] : [token.slice(0, cut), token.slice(cut)];
}
