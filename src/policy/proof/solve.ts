import type { Row } from '../request.ts';
import type { Dimension, Value } from './dimensions.ts';

/**
 * Something that reads a few attributes and says something about them: a rule, an invariant, or
 * what facts can be at all.
 */
export type Piece = {
  readonly slots: ReadonlySet<number>;
  readonly says: (row: Row) => number;
};

/** Said of a row that is not asked about, or that no facts lead to. */
export const IMPOSSIBLE = 2 ** 30;

/** The facts of a row, as they were put together. */
export type Facts =
  | null
  | { readonly slot: number; readonly value: Value; readonly rest: Facts }
  | { readonly left: Facts; readonly right: Facts };

/** The facts closest to the ordinary for which something is said. */
export type Closest = { readonly cost: number; readonly facts: Facts };

/** By what the pieces say together; whatever can be said at all is there. */
export type Sayings = ReadonlyMap<number, Closest>;

/** How much may still be asked. */
export type Budget = { left: number };

/** Thrown when the budget is spent: nothing is concluded from a part. */
export class TooMany extends Error {}

/** As many attributes as a mask has bits. */
const MOST_DIMENSIONS = 30;

/**
 * Everything that the pieces can say together, bit by bit, over all values of the dimensions.
 * Exact, and yet not the product of them all: once no piece reads both of two attributes, those are
 * enumerated each for itself, and only the different things that can be said are combined. Pieces
 * that may say `IMPOSSIBLE` come first.
 * @param settled bits with all of which said nothing more is of interest; 0: there are none.
 * @throws TooMany
 */
export function solve(
  pieces: readonly Piece[],
  dimensions: readonly Dimension[],
  row: Row,
  budget: Budget,
  settled = 0,
): Sayings {
  if (dimensions.length > MOST_DIMENSIONS) throw new TooMany();
  const indexed = pieces.map(({ slots, says }) => ({
    says,
    reads: dimensions.reduce((mask, { slot }, i) => (slots.has(slot) ? mask | (1 << i) : mask), 0),
  }));
  const all = dimensions.reduce((mask, _, i) => mask | (1 << i), 0);
  const bits = settled === 0 ? IMPOSSIBLE : settled;
  return combine({ dimensions, row, budget, settled: bits }, indexed, all);
}

type Search = {
  readonly dimensions: readonly Dimension[];
  readonly row: Row;
  readonly budget: Budget;
  readonly settled: number;
};
type Indexed = { readonly says: Piece['says']; readonly reads: number };

const NOTHING: Sayings = new Map();

/** `open`: the dimensions that have no value yet. */
function combine(search: Search, pieces: readonly Indexed[], open: number): Sayings {
  const { settled } = search;
  let said = 0;
  const waiting: Indexed[] = [];
  for (const piece of pieces) {
    if ((piece.reads & open) !== 0) {
      waiting.push(piece);
      continue;
    }
    spend(search);
    said |= piece.says(search.row);
    if ((said & IMPOSSIBLE) !== 0 || (said & settled) === settled) return NOTHING;
  }
  let sayings: Sayings = new Map([[said, { cost: 0, facts: null }]]);
  for (const part of separate(waiting, open)) {
    sayings = product(search, sayings, vary(search, part, open));
  }
  return sayings;
}

function spend({ budget }: Search): void {
  budget.left -= 1;
  if (budget.left < 0) throw new TooMany();
}

/** Pieces in groups of which no two share an open dimension. */
function separate(pieces: readonly Indexed[], open: number): Indexed[][] {
  const parts: Indexed[][] = [];
  let rest = pieces;
  while (rest.length > 0) {
    let shared = 0;
    let wider = (rest[0]?.reads ?? 0) & open;
    while (wider !== shared) {
      shared = wider;
      for (const { reads } of rest) if ((reads & shared) !== 0) wider |= reads & open;
    }
    const mask = shared;
    parts.push(rest.filter(({ reads }) => (reads & mask) !== 0));
    rest = rest.filter(({ reads }) => (reads & mask) === 0);
  }
  return parts;
}

/** Goes through the values of the dimension that most pieces read, so that the rest falls apart. */
function vary(search: Search, pieces: readonly Indexed[], open: number): Sayings {
  const index = mostRead(search, pieces, open);
  const dimension = search.dimensions[index];
  if (dimension === undefined) return NOTHING;
  const { slot, values } = dimension;
  const found = new Map<number, Closest>();
  for (const value of values) {
    search.row[slot] = value.value;
    for (const [said, below] of combine(search, pieces, open & ~(1 << index))) {
      const cost = below.cost + value.cost;
      if (cost >= (found.get(said)?.cost ?? Number.POSITIVE_INFINITY)) continue;
      found.set(said, { cost, facts: { slot, value, rest: below.facts } });
    }
  }
  return found;
}

function mostRead({ dimensions }: Search, pieces: readonly Indexed[], open: number): number {
  let [best, most] = [-1, 0];
  for (let i = 0; i < dimensions.length; i++) {
    if ((open & (1 << i)) === 0) continue;
    let readers = 0;
    for (const { reads } of pieces) if ((reads & (1 << i)) !== 0) readers += 1;
    if (readers > most) [best, most] = [i, readers];
  }
  return best;
}

function product(search: Search, a: Sayings, b: Sayings): Sayings {
  const found = new Map<number, Closest>();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      spend(search);
      const [said, cost] = [left | right, x.cost + y.cost];
      if ((said & search.settled) === search.settled) continue;
      if (cost >= (found.get(said)?.cost ?? Number.POSITIVE_INFINITY)) continue;
      const facts = x.facts === null ? y.facts : { left: x.facts, right: y.facts };
      found.set(said, { cost, facts });
    }
  }
  return found;
}

/** The facts one by one, in no order. */
export function* factsIn(facts: Facts): Generator<{ slot: number; value: Value }> {
  if (facts === null) return;
  if ('slot' in facts) {
    yield facts;
    yield* factsIn(facts.rest);
    return;
  }
  yield* factsIn(facts.left);
  yield* factsIn(facts.right);
}
