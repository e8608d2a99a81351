import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLevel } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { TocsinError } from '../../domain/errors.ts';
import { createScanner } from './bulk.ts';
import { passesScreen, portfolioFor, screeningScores } from './portfolio.ts';
import { codeClasses } from './statistic.ts';

/** Per slot its class, one in seven erased. */
function columns(m: number, seed: number): (number | null)[] {
  const random = seeded(seed);
  return Array.from({ length: m }, () => {
    const g = 2 * drawLevel(random) + random.below(2);
    return random.below(7) === 0 ? null : g;
  });
}

function sizesOf(classes: readonly (number | null)[]): number[] {
  return [0, 1, 2, 3, 4, 5].map((g) => classes.filter((column) => column === g).length);
}

/** A row's ones per class, bit by bit. */
function countNaively(
  words: Uint32Array,
  from: number,
  classes: readonly (number | null)[],
): number[] {
  const ones = [0, 0, 0, 0, 0, 0];
  for (const [i, g] of classes.entries()) {
    if (g === null) continue;
    ones[g] = (ones[g] ?? 0) + (((words[from + (i >> 5)] ?? 0) >>> (i & 31)) & 1);
  }
  return ones;
}

// 1 024 slots fill one table, 2 500 take three; 5 000 rows are more than a block.
for (const { slots, rows } of [
  { slots: 1, rows: 40 },
  { slots: 77, rows: 5_000 },
  { slots: 1_024, rows: 300 },
  { slots: 2_500, rows: 300 },
]) {
  test(`equals counting bit by bit: ${rows} rows of ${slots} slots`, () => {
    const classes = columns(slots, slots);
    const portfolio = portfolioFor(codeClasses(sizesOf(classes)));
    const level = Math.log(0.2);
    const scanner = createScanner(classes, portfolio, level);
    const random = seeded(rows);
    const words = Uint32Array.from({ length: rows * scanner.rowWords }, random.uint32);
    const screen = screeningScores(portfolio, level);
    const expected = Array.from({ length: rows }, (_, row) => ({
      row,
      ones: countNaively(words, row * scanner.rowWords, classes),
    })).filter(({ ones }) => passesScreen(portfolio, screen, ones));
    assert.deepEqual(scanner.scan(words), expected);
    assert.ok(expected.length > 0);
  });
}

test('counters at their largest do not run into each other', () => {
  // The widest layout of 1 024 slots: two classes of 256 and four of 128, which take 50 bits.
  const sizes = [256, 256, 128, 128, 128, 128];
  const classes = sizes.flatMap((size, g) => new Array<number>(size).fill(g));
  const portfolio = portfolioFor(codeClasses(sizes));
  const scanner = createScanner(classes, portfolio, 0);
  const full = new Uint32Array(32).fill(0xffff_ffff);
  assert.deepEqual(scanner.scan(full), [{ row: 0, ones: sizes }]);
  assert.deepEqual(scanner.scan(new Uint32Array(32)), [{ row: 0, ones: [0, 0, 0, 0, 0, 0] }]);
});

test('half a row is refused', () => {
  const scanner = createScanner(columns(64, 1), portfolioFor(codeClasses([])), 0);
  assert.throws(
    () => scanner.scan(new Uint32Array(3)),
    (error) => error instanceof TocsinError && error.field === 'codewords',
  );
});
