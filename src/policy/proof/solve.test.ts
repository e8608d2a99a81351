import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../../tests/support/seeded.ts';
import type { Row } from '../request.ts';
import type { Dimension } from './dimensions.ts';
import { type Closest, factsIn, IMPOSSIBLE, type Piece, solve, TooMany } from './solve.ts';

const SLOTS = 6;

test('says what the product of all values says, at the least cost, without making it', () => {
  const random = seeded(5);
  for (let round = 0; round < 300; round++) {
    const dimensions = Array.from({ length: SLOTS }, (_, slot) => dimension(slot));
    const pieces = Array.from({ length: 1 + random.below(6) }, piece);
    const settled = random.below(3) === 0 ? 1 + random.below(15) : 0;
    const found = solve(pieces, dimensions, new Float64Array(SLOTS), { left: 100_000 }, settled);
    const expected = naive(pieces, dimensions, settled);
    const costs = [...found].map(([said, { cost }]) => [said, cost] as const);
    assert.deepEqual(new Map(costs.sort(byFirst)), new Map([...expected].sort(byFirst)));
    for (const [said, closest] of found) assert.equal(sayAgain(pieces, closest), said);
  }

  function dimension(slot: number): Dimension {
    const values = Array.from({ length: 1 + random.below(3) }, (_, value) => ({
      value,
      cost: random.below(3),
    }));
    return { slot, values };
  }

  function piece(_: unknown, index: number): Piece {
    const slots = new Set(Array.from({ length: random.below(4) }, () => random.below(SLOTS)));
    const key = random.below(1_000);
    const bit = index === 0 && random.below(2) === 0 ? IMPOSSIBLE : 1 << (index % 4);
    const says = (row: Row) =>
      hash(
        key,
        [...slots].map((slot) => row[slot] ?? 0),
      )
        ? bit
        : 0;
    return { slots, says };
  }
});

test('a spent budget concludes nothing', () => {
  const values = Array.from({ length: 50 }, (_, value) => ({ value, cost: 0 }));
  const dimensions = [0, 1, 2].map((slot) => ({ slot, values }));
  const all = { slots: new Set([0, 1, 2]), says: () => 1 };
  const run = (left: number) => solve([all], dimensions, new Float64Array(3), { left });
  assert.throws(() => run(1_000), TooMany);
  assert.deepEqual([...run(200_000).keys()], [1]);
});

/** A reproducible coin for these values. */
function hash(key: number, values: readonly number[]): boolean {
  return (
    values.reduce((sum, value, i) => (sum * 31 + (value + 1) * (i + 7)) % 1_009, key) % 3 === 0
  );
}

function naive(
  pieces: readonly Piece[],
  dimensions: readonly Dimension[],
  settled: number,
): Map<number, number> {
  // A dimension that no piece reads is none: it takes part in nothing that is said.
  const read = dimensions.filter(({ slot }) => pieces.some(({ slots }) => slots.has(slot)));
  let rows: { row: Row; cost: number }[] = [{ row: new Float64Array(SLOTS), cost: 0 }];
  for (const { slot, values } of read) {
    rows = rows.flatMap(({ row, cost }) =>
      values.map((each) => {
        const next = Float64Array.from(row);
        next[slot] = each.value;
        return { row: next, cost: cost + each.cost };
      }),
    );
  }
  const found = new Map<number, number>();
  for (const { row, cost } of rows) {
    const said = pieces.reduce((bits, piece) => bits | piece.says(row), 0);
    if ((said & IMPOSSIBLE) !== 0 || (settled !== 0 && (said & settled) === settled)) continue;
    found.set(said, Math.min(cost, found.get(said) ?? Number.POSITIVE_INFINITY));
  }
  return found;
}

function sayAgain(pieces: readonly Piece[], { facts }: Closest): number {
  const row = new Float64Array(SLOTS);
  for (const { slot, value } of factsIn(facts)) row[slot] = value.value;
  return pieces.reduce((bits, piece) => bits | piece.says(row), 0);
}

function byFirst([a]: readonly [number, number], [b]: readonly [number, number]): number {
  return a - b;
}
