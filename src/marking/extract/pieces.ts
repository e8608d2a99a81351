import type { Grams } from './grams.ts';
import type { Lattice } from './lattice.ts';
import { pinsOf } from './pins.ts';
import { bestWay, type Piece } from './way.ts';

/**
 * Fewest pins of a piece: shorter agreements are what any two texts of the trade have in common.
 * Once a quarter of the lattice is found, the sample is of this text: a sentence of it suffices.
 */
const MIN_PINS = 12;
const MIN_PINS_FAMILIAR = 4;
const FAMILIAR_SHARE = 0.25;

/** Least share of a piece's words in the sample that are pinned. */
const MIN_DENSITY = 0.2;

/** A sample that holds a text more often than this says no more by it, and would only cost time. */
const MAX_COPIES = 16;

/**
 * Words that are looked at together: what a sample of millions may take in memory. A passage that
 * is cut at such a border is two pieces.
 */
const WINDOW = 50_000;

/**
 * Where a sample runs along some lattices, for each of them: a global alignment in the large. First
 * the runs of words of the lattices are looked up in the sample, wherever and however often they
 * occur there. Of these pins those are kept that explain most of the sample along one way through
 * the lattice: on and on, or with a jump, which costs. Sections may therefore come in any order, be
 * missing, or come twice; what a chance likeness claims within another passage does not count.
 */
export function piecesOf(
  lattices: readonly Lattice[],
  grams: Grams,
  sample: Int32Array,
): Piece[][] {
  const found = lattices.map((): Piece[] => []);
  const wanted = lattices.map(() => true);
  for (let from = 0; from < sample.length && wanted.includes(true); from += WINDOW) {
    const to = Math.min(sample.length, from + WINDOW);
    const pins = pinsOf(wanted, grams, sample, from, to);
    for (const [index, lattice] of lattices.entries()) {
      const long = bestWay(lattice, pins[index] ?? []).filter(
        (piece) => piece.pins.length >= MIN_PINS_FAMILIAR,
      );
      const all = [...(found[index] ?? []), ...long];
      const kept = strongest(all, MAX_COPIES * lattice.items.length);
      // More copies than that, and no scrap among them: the rest of the sample is spared.
      wanted[index] = kept.length === all.length || !kept.every((piece) => isWhole(lattice, piece));
      found[index] = kept;
    }
  }
  return lattices.map((lattice, index) => solid(lattice, found[index] ?? []));
}

function isWhole({ items }: Lattice, { pins }: Piece): boolean {
  return 2 * pins.length >= items.length;
}

/** The strongest pieces, until they have `enough` pins together, in the order of the sample. */
function strongest(pieces: Piece[], enough: number): Piece[] {
  let pins = pieces.reduce((sum, piece) => sum + piece.pins.length, 0);
  if (pins <= enough) return pieces;
  pins = 0;
  return pieces
    .toSorted((a, b) => b.pins.length - a.pins.length)
    .filter((piece) => {
      pins += piece.pins.length;
      return pins <= enough;
    })
    .sort((a, b) => (a.pins[0]?.at ?? 0) - (b.pins[0]?.at ?? 0));
}

/** The pieces that no chance likeness of two texts of the trade would have. */
function solid({ items }: Lattice, pieces: readonly Piece[]): Piece[] {
  const sure = pieces.filter((piece) => isSolid(piece, MIN_PINS));
  const found = new Set(sure.flatMap(({ pins }) => pins.map(({ item }) => item)));
  const familiar = found.size >= FAMILIAR_SHARE * items.length;
  return familiar ? pieces.filter((piece) => isSolid(piece, MIN_PINS_FAMILIAR)) : sure;
}

function isSolid({ pins }: Piece, least: number): boolean {
  const [first] = pins;
  const last = pins.at(-1);
  if (first === undefined || last === undefined) return false;
  if (pins.filter(({ unique }) => unique).length < least) return false;
  return pins.length >= MIN_DENSITY * (last.at - first.at + 1);
}
