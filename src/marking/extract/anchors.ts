import type { Lattice } from './lattice.ts';

/** A word of the sample (`at`) that is a certain word of the lattice (`item`). */
export type Pin = { readonly item: number; readonly at: number };

/** A stretch of the sample that runs along a stretch of the lattice; pins ascend in both. */
export type Block = { readonly pins: readonly Pin[] };

/** Words in a row that must agree. Four are rarely shared by chance, and survive a typing error nearby. */
const GRAM = 4;

/** Farthest that two neighbouring pins of one block may be apart, in words. */
const MAX_GAP = 120;

/** By how much the two sides of a gap may differ, in words, apart from a quarter of its length. */
const MAX_DRIFT = 16;

/**
 * Fewest pins of a block: shorter agreements are what any two texts of the trade have in common. Once a
 * tenth of the lattice is found, the sample is of this text, and a sentence of it suffices.
 */
const MIN_PINS = 12;
const MIN_PINS_FAMILIAR = 4;
const FAMILIAR_SHARE = 0.1;

/** Least share of a block's words in the sample that are pinned. */
const MIN_DENSITY = 0.2;

/** A sample that holds a text more often than this says no more by it, and would only cost time. */
const MAX_COPIES = 16;

/** Most blocks that may be open at a place: repetitive samples must not cost quadratic time. */
const MAX_OPEN = 24;

/**
 * Where a sample runs along a lattice. First runs of words that occur once in the lattice are looked
 * up in the sample, wherever and however often they occur there; then those that continue one another
 * are joined. Sections may therefore come in any order, be missing, or come twice.
 */
export function blocksOf(lattice: Lattice, sample: Int32Array): Block[] {
  const blocks = chain(lattice, pinsOf(lattice, sample));
  const solid = blocks.filter((block) => isSolid(block, MIN_PINS));
  const found = new Set(solid.flatMap(({ pins }) => pins.map(({ item }) => item)));
  const familiar = found.size >= FAMILIAR_SHARE * lattice.items.length;
  const least = familiar ? MIN_PINS_FAMILIAR : MIN_PINS;
  return strongest(
    blocks.filter((block) => isSolid(block, least)),
    MAX_COPIES * lattice.items.length,
  );
}

/** The strongest blocks, until they have `enough` pins together. */
function strongest(blocks: readonly Block[], enough: number): Block[] {
  let pins = 0;
  return blocks
    .toSorted((a, b) => b.pins.length - a.pins.length)
    .filter((block) => {
      pins += block.pins.length;
      return pins <= enough;
    });
}

function isSolid({ pins }: Block, least: number): boolean {
  const [first] = pins;
  const last = pins.at(-1);
  if (first === undefined || last === undefined || pins.length < least) return false;
  return pins.length >= MIN_DENSITY * (last.at - first.at + 1);
}

/** In order of the sample. */
function pinsOf(lattice: Lattice, sample: Int32Array): Pin[] {
  const { prefixes, places } = gramsOf(lattice);
  const pins: Pin[] = [];
  let recent: Pin[] = [];
  for (let from = 0; from + GRAM <= sample.length; from++) {
    const items = places[gramAt(prefixes, sample, from, false)];
    recent = recent.filter(({ at }) => at >= from);
    for (const [offset, item] of (items ?? []).entries()) {
      const at = from + offset;
      if (item === IN_SLOT || recent.some((pin) => pin.at === at && pin.item === item)) continue;
      recent.push({ item, at });
      pins.push({ item, at });
    }
  }
  return pins.sort((a, b) => a.at - b.at || a.item - b.item);
}

/** A word of a gram that stands in a slot, and pins nothing. */
const IN_SLOT = -1;

type Grams = {
  readonly prefixes: Prefixes;
  /** By the number of a gram: the item of each of its words; null where it occurs twice. */
  readonly places: readonly (readonly number[] | null)[];
};

/**
 * The grams that occur once, with the item of each of their words. Both ways through the slots are
 * walked, each as a whole: a gram over two slots is missed where a copy mixes them, no more.
 */
function gramsOf(lattice: Lattice): Grams {
  const prefixes = newPrefixes();
  const places: (readonly number[] | null)[] = [];
  for (const variant of [0, 1] as const) {
    const { words, items } = linear(lattice, variant);
    for (let from = 0; from + GRAM <= words.length; from++) {
      const gram = gramAt(prefixes, words, from, true);
      const place = Array.from(items.slice(from, from + GRAM));
      const known = places[gram];
      if (known === undefined) places[gram] = place;
      else if (known !== null && place.join() !== known.join()) places[gram] = null;
    }
  }
  return { prefixes, places };
}

function linear(lattice: Lattice, variant: 0 | 1): { words: Int32Array; items: Int32Array } {
  const words: number[] = [];
  const items: number[] = [];
  for (const [index, item] of lattice.items.entries()) {
    const own = item.kind === 'word' ? [item.word] : item.variants[variant];
    for (const word of own) {
      words.push(word);
      items.push(item.kind === 'word' ? index : IN_SLOT);
    }
  }
  return { words: Int32Array.from(words), items: Int32Array.from(items) };
}

/** Numbers below 2^26, of words and of prefixes, make exact keys of two of them. */
const RADIX = 2 ** 26;

/** The prefixes of grams, numbered; one map for each length from two words on. */
type Prefixes = readonly Map<number, number>[];

function newPrefixes(): Prefixes {
  return Array.from({ length: GRAM - 1 }, () => new Map<number, number>());
}

/** The number of the gram at `from`, or -1 when it is unknown and may not be added. */
function gramAt(prefixes: Prefixes, words: Int32Array, from: number, add: boolean): number {
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

type OpenBlock = { readonly pins: Pin[]; last: Pin };

function chain(lattice: Lattice, pins: readonly Pin[]): Block[] {
  const blocks: OpenBlock[] = [];
  let open: OpenBlock[] = [];
  for (const pin of pins) {
    open = open.filter(({ last }) => pin.at - last.at <= MAX_GAP);
    const nearest = open
      .map((block) => ({ block, drift: driftOf(lattice, block.last, pin) }))
      .filter(({ drift }) => drift !== null)
      .reduce<{ block: OpenBlock; drift: number | null } | null>(
        (best, one) => (best === null || (one.drift ?? 0) < (best.drift ?? 0) ? one : best),
        null,
      );
    if (nearest !== null) {
      nearest.block.pins.push(pin);
      nearest.block.last = pin;
    } else if (open.length < MAX_OPEN) {
      const block = { pins: [pin], last: pin };
      blocks.push(block);
      open.push(block);
    }
  }
  return blocks;
}

/** How far `next` is off the line through `last`, in words; null when it does not continue it. */
function driftOf({ position }: Lattice, last: Pin, next: Pin): number | null {
  const along = (position[next.item] ?? 0) - (position[last.item] ?? 0);
  const over = next.at - last.at;
  if (next.item <= last.item || over <= 0 || along > MAX_GAP) return null;
  const drift = Math.abs(along - over);
  return drift <= MAX_DRIFT + Math.max(along, over) / 4 ? drift : null;
}
