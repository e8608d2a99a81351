import type { Item, Lattice } from './lattice.ts';

/**
 * Words in a row that must agree. Four are rarely shared by chance, and survive a typing error
 * nearby.
 */
export const GRAM = 4;

/**
 * Items that a gram may reach over: slots whose text has no word lengthen it, and each doubles the
 * ways. A row of more of them than that is told apart by its other grams or not at all.
 */
const MAX_REACH = 8;

/** Where a word of a gram stands: the item, or its complement for a word of a slot. */
export type Place = number;

/** Places of a gram in one lattice that are kept: one that stands in more of them says nothing. */
const MAX_PLACES = 12;

/** One place at which a gram stands. */
export type Occurrence = {
  readonly lattice: number;
  readonly places: readonly Place[];
  /** Whether it stands nowhere else in that lattice. */
  unique: boolean;
};

/** The runs of words of some lattices, by whatever way through the slots. */
export type Grams = {
  readonly prefixes: Prefixes;
  /** By the number of a gram. */
  readonly occurrences: readonly (readonly Occurrence[])[];
};

/** The grams of some lattices: looked up once for all of them. */
export function gramsOf(lattices: readonly Lattice[]): Grams {
  const prefixes = newPrefixes();
  const occurrences: Occurrence[][] = [];
  for (const [lattice, { items }] of lattices.entries()) {
    const note = (words: readonly number[], places: readonly Place[]): void => {
      const gram = gramAt(prefixes, words, 0, true);
      const known = occurrences[gram] ?? [];
      occurrences[gram] = known;
      const own = known.filter((other) => other.lattice === lattice);
      if (own.length > MAX_PLACES || own.some((other) => isSame(other.places, places))) return;
      for (const other of own) other.unique = false;
      known.push({ lattice, places, unique: own.length === 0 });
    };
    noteAll(items, note);
  }
  return { prefixes, occurrences };
}

function isSame(one: readonly Place[], other: readonly Place[]): boolean {
  return one.every((place, index) => place === other[index]);
}

function noteAll(items: readonly Item[], note: Walk['note']): void {
  for (const [index, item] of items.entries()) {
    const last = index + MAX_REACH;
    if (item.kind === 'word') {
      walk({ items, last, note }, index, [], []);
      continue;
    }
    for (const variant of item.variants) {
      for (const from of variant.keys()) {
        through({ items, last, note }, index, variant.slice(from, from + GRAM), [], []);
      }
    }
  }
}

/** The grams from one item on, none beyond `items[last]`. */
type Walk = {
  readonly items: readonly Item[];
  readonly last: number;
  readonly note: (words: readonly number[], place: readonly Place[]) => void;
};

/** Extends a gram from the beginning of `items[index]`, by both texts where that is a slot. */
function walk(way: Walk, index: number, words: readonly number[], place: readonly Place[]): void {
  const item = way.items[index];
  if (item === undefined || index > way.last) return;
  const texts = item.kind === 'word' ? [[item.word]] : item.variants;
  for (const text of texts) through(way, index, text, words, place);
}

/** Extends a gram by `own`, words of `items[index]`, and by what follows, up to its length. */
function through(
  way: Walk,
  index: number,
  own: readonly number[],
  words: readonly number[],
  place: readonly Place[],
): void {
  const added = own.slice(0, GRAM - words.length);
  const mark = way.items[index]?.kind === 'word' ? index : ~index;
  const longer = [...words, ...added];
  const places = [...place, ...added.map(() => mark)];
  if (longer.length === GRAM) way.note(longer, places);
  else walk(way, index + 1, longer, places);
}

/** Numbers below 2^26, of words and of prefixes, make exact keys of two of them. */
const RADIX = 2 ** 26;

/** The prefixes of grams, numbered; one map for each length from two words on. */
type Prefixes = readonly Map<number, number>[];

function newPrefixes(): Prefixes {
  return Array.from({ length: GRAM - 1 }, () => new Map<number, number>());
}

/** The number of the gram at `from`, or -1 when it is unknown and may not be added. */
export function gramAt(
  prefixes: Prefixes,
  words: ArrayLike<number>,
  from: number,
  add: boolean,
): number {
  let number = words[from] ?? 0;
  for (const [index, prefix] of prefixes.entries()) {
    const key = number * RADIX + (words[from + 1 + index] ?? 0);
    const known = prefix.get(key);
    if (known === undefined && !add) return -1;
    number = known ?? prefix.size;
    if (known === undefined) prefix.set(key, number);
  }
  return number;
}
