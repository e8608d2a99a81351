import type { Item } from './lattice.ts';
import { MISS } from './likeness.ts';

/** No word: a fork before the two texts of a slot, or where they meet. */
export const NO_WORD = -1;

/**
 * A comment may be missing at no cost, and counts for less where it is there: a word that could
 * also be the slot's beside it is the slot's.
 */
const ASIDE = -0.5;

/** Where a node of the graph comes from: an item, and for a slot which of its texts. */
export type Origin = { readonly item: number; readonly variant: 0 | 1 | null };

/**
 * A stretch of a lattice as nodes in topological order. Node 0 stands before the first item, the
 * last one after the last. Each text of a slot begins with a node of its own without a word, so
 * that every path through an empty text can be told from one through the other.
 */
export type Graph = {
  readonly words: readonly number[];
  /** What leaving a node out adds to a score, and what having it adds besides the likeness. */
  readonly missing: readonly number[];
  readonly extra: readonly number[];
  readonly before: readonly (readonly number[])[];
  readonly origins: readonly (Origin | null)[];
  /** Of each slot the nodes that a path comes from, and one by which it leaves. */
  readonly ends: ReadonlyMap<
    number,
    { readonly before: readonly number[]; readonly after: number }
  >;
};

/** The graph of `items[from..to)`. */
export function graphOf(items: readonly Item[], from: number, to: number): Graph {
  const words: number[] = [NO_WORD];
  const missing: number[] = [0];
  const extra: number[] = [0];
  const before: number[][] = [[]];
  const origins: (Origin | null)[] = [null];
  const slots = new Map<number, { before: readonly number[]; after: number }>();
  let ends = [0];
  const add = (word: number, after: number[], origin: Origin, aside = false): number[] => {
    words.push(word);
    missing.push(word === NO_WORD || aside ? 0 : MISS);
    extra.push(aside ? ASIDE : 0);
    before.push(after);
    origins.push(origin);
    return [words.length - 1];
  };
  for (let item = from; item < to; item++) {
    const one = items[item];
    if (one === undefined) break;
    if (one.kind === 'word') {
      ends = add(one.word, ends, { item, variant: null }, one.aside);
      continue;
    }
    const start = ends;
    const last = ([0, 1] as const).flatMap((variant) => {
      const origin = { item, variant };
      let at = add(NO_WORD, start, origin);
      for (const word of one.variants[variant]) at = add(word, at, origin);
      return at;
    });
    ends = last;
    slots.set(item, { before: start, after: last[0] ?? 0 });
  }
  words.push(NO_WORD);
  missing.push(0);
  extra.push(0);
  before.push(ends);
  origins.push(null);
  return { words, missing, extra, before, origins, ends: slots };
}
