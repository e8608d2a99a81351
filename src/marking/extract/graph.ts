import type { Item } from './lattice.ts';

/** No word: a fork before the two texts of a slot, or where they meet. */
export const NO_WORD = -1;

/** Where a node of the graph comes from: an item, and for a slot which of its texts. */
export type Origin = { readonly item: number; readonly variant: 0 | 1 | null };

/**
 * A stretch of a lattice as nodes in topological order. Node 0 stands before the first item, the
 * last one after the last. Each text of a slot begins with a node of its own without a word, so
 * that every path through an empty text can be told from one through the other.
 */
export type Graph = {
  readonly words: readonly number[];
  readonly before: readonly (readonly number[])[];
  readonly origins: readonly (Origin | null)[];
};

/** The graph of `items[from..to)`. */
export function graphOf(items: readonly Item[], from: number, to: number): Graph {
  const words: number[] = [NO_WORD];
  const before: number[][] = [[]];
  const origins: (Origin | null)[] = [null];
  let ends = [0];
  const add = (word: number, after: number[], origin: Origin): number[] => {
    words.push(word);
    before.push(after);
    origins.push(origin);
    return [words.length - 1];
  };
  for (let item = from; item < to; item++) {
    const one = items[item];
    if (one === undefined) break;
    if (one.kind === 'word') {
      ends = add(one.word, ends, { item, variant: null });
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
  }
  words.push(NO_WORD);
  before.push(ends);
  origins.push(null);
  return { words, before, origins };
}
