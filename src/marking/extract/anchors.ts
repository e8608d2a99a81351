import { GRAM, gramAt, gramsOf, type Place } from './grams.ts';
import type { Lattice } from './lattice.ts';

/**
 * A word of the sample (`at`) that belongs to an item of the lattice. `fast`: it is that word of
 * the master; otherwise it is one of the words of a slot, and says where the sample runs, not more.
 */
export type Pin = { readonly item: number; readonly at: number; readonly fast: boolean };

/** A stretch of the sample that runs along a stretch of the lattice; pins ascend in both. */
export type Block = { readonly pins: readonly Pin[] };

/** Farthest that two neighbouring pins of one block may be apart, in words. */
const MAX_GAP = 120;

/** By how much the two sides of a gap may differ, in words, apart from a quarter of its length. */
const MAX_DRIFT = 16;

/**
 * Fewest pins of a block: shorter agreements are what any two texts of the trade have in common.
 * Once a tenth of the lattice is found, the sample is of this text, and a sentence of it suffices.
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
 * Where a sample runs along a lattice. First runs of words that occur once in the lattice are
 * looked up in the sample, wherever and however often they occur there; then those that continue
 * one another are joined. Sections may therefore come in any order, be missing, or come twice.
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
    const found = places[gramAt(prefixes, sample, from, false)] ?? [];
    recent = recent.filter(({ at }) => at >= from);
    for (const [offset, place] of found.entries()) {
      const pin = pinOf(place, from + offset);
      if (recent.some(({ at, item }) => at === pin.at && item === pin.item)) continue;
      recent.push(pin);
      pins.push(pin);
    }
  }
  return pins.sort((a, b) => a.at - b.at || a.item - b.item);
}

function pinOf(place: Place, at: number): Pin {
  return place < 0 ? { item: ~place, at, fast: false } : { item: place, at, fast: true };
}

type OpenBlock = { readonly pins: Pin[]; last: Pin };

function chain(lattice: Lattice, pins: readonly Pin[]): Block[] {
  const blocks: OpenBlock[] = [];
  let open: OpenBlock[] = [];
  for (const pin of pins) {
    open = open.filter(({ last }) => pin.at - last.at <= MAX_GAP);
    const continued = straightest(lattice, open, pin);
    if (continued !== null) {
      continued.pins.push(pin);
      continued.last = pin;
    } else if (open.length < MAX_OPEN) {
      const block = { pins: [pin], last: pin };
      blocks.push(block);
      open.push(block);
    }
  }
  return blocks;
}

/** The block that `pin` continues with the least drift. */
function straightest(lattice: Lattice, open: readonly OpenBlock[], pin: Pin): OpenBlock | null {
  let best: OpenBlock | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const block of open) {
    const drift = driftOf(lattice, block.last, pin);
    if (drift === null || drift >= least) continue;
    [best, least] = [block, drift];
  }
  return best;
}

/** How far `next` is off the line through `last`, in words; null when it does not continue it. */
function driftOf(lattice: Lattice, last: Pin, next: Pin): number | null {
  const { position } = lattice;
  const along = (position[next.item] ?? 0) - (position[last.item] ?? 0);
  const over = next.at - last.at;
  const onward = next.item > last.item || (next.item === last.item && !next.fast);
  if (!onward || over <= 0 || along > MAX_GAP) return null;
  const drift = Math.abs(along - over);
  const play = breadth(lattice, last) + breadth(lattice, next);
  return drift <= MAX_DRIFT + play + Math.max(along, over) / 4 ? drift : null;
}

/** Words within which a pin may stand: those of its slot. */
function breadth({ items }: Lattice, { item }: Pin): number {
  const one = items[item];
  return one?.kind === 'slot' ? Math.max(...one.variants.map(({ length }) => length)) : 0;
}
