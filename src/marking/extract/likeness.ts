import { popcount } from '../bits.ts';

/** Scores of an alignment, in units of half a matched word. */
export const MATCH = 2;
export const MISS = -1;

/** A typing error costs more in a short word than in a long one. */
const TYPO = 4;

/**
 * Letters up to which a word must be exact, and up to which one error is taken for a typing error.
 */
const EXACT_LENGTH = 3;
const ONE_ERROR_LENGTH = 7;

/** Beyond this it is no word but a blob, and comparing two costs the square of their length. */
const LONGEST_WORD = 64;

/** How well words of the masters match words of a sample, by number. */
export type Likeness = (master: number, sample: number) => number;

/**
 * `MATCH` for the same word, less for one with a typing error or two in it, `MISS` for another.
 * `words` has every word by its number.
 */
export function likenessOf(words: readonly string[]): Likeness {
  const cache = new Map<number, number>();
  const lengths = Int32Array.from(words, (word) => word.length);
  const letters = Int32Array.from(words, lettersOf);
  return (master, sample) => {
    if (master === sample) return MATCH;
    // Most pairs differ too much in length, or in what letters there are, to be looked at.
    const [one, other] = [lengths[master] ?? 0, lengths[sample] ?? 0];
    const allowed = errorsAllowed(Math.max(one, other));
    if (allowed === 0 || Math.abs(one - other) > allowed) return MISS;
    // One error changes what letters there are by two at most.
    const differing = popcount((letters[master] ?? 0) ^ (letters[sample] ?? 0));
    if (differing > 2 * allowed) return MISS;
    const key = master * 2 ** 26 + sample;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const score = compare(words[master] ?? '', words[sample] ?? '', allowed);
    cache.set(key, score);
    return score;
  };
}

/** The letters of a word as a set of 32 bits; some share a bit. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) letters |= 1 << (word.charCodeAt(at) & 31);
  return letters;
}

function errorsAllowed(length: number): number {
  if (length <= EXACT_LENGTH || length > LONGEST_WORD) return 0;
  return length <= ONE_ERROR_LENGTH ? 1 : 2;
}

function compare(one: string, other: string, allowed: number): number {
  const errors = distance(one, other);
  return errors > allowed ? MISS : MATCH - (TYPO * errors) / Math.max(one.length, other.length);
}

/**
 * Letters to insert, delete, replace, or exchange with their neighbour (optimal string alignment).
 */
export function distance(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let best = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const exchanged =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (exchanged) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[other.length] ?? 0;
}
