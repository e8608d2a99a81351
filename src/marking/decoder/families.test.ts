import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLevel } from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { BIASES } from '../code.ts';
import { examineFamilies } from './families.ts';
import { knownWordOf } from './known-word.ts';
import { isRead, type TracedSlot } from './slots.ts';

/**
 * `m` slots of one family as `leaked` copies would show them: `word` sees the copies' bits at a
 * slot, its polarity and its number.
 */
function slots(
  m: number,
  copies: number,
  random: Seeded,
  word: (bits: readonly number[], polarity: number, i: number) => number | null,
): TracedSlot[] {
  return Array.from({ length: m }, (_, i) => {
    const p = BIASES[drawLevel(random)] ?? 32_768;
    const polarity = random.below(2);
    const bits = Array.from({ length: copies }, () => (random.unit() * 65_536 < p ? 1 : 0));
    const y = word(bits, polarity, i);
    return {
      key: { artifact: 'advisory' as ArtifactId, slot: String(i) },
      family: 'prose.word',
      scope: 'participant',
      p,
      value: y === null ? null : (y ^ polarity) === 1 ? 1 : 0,
      y: y === null ? null : y === 1 ? 1 : 0,
      authored: polarity === 1 ? p / 65_536 : 1 - p / 65_536,
    };
  });
}

const RUNS = 200;

/** In how many of `RUNS` draws the family is erased. */
function erasures(copies: number, m: number, word: Parameters<typeof slots>[3]): number {
  const random = seeded(m + copies);
  let erased = 0;
  for (let run = 0; run < RUNS; run++) {
    if (examineFamilies(slots(m, copies, random, word)).reports[0]?.erased) erased++;
  }
  return erased;
}

const all1 = (bits: readonly number[]) => Math.max(...bits);
const all0 = (bits: readonly number[]) => Math.min(...bits);
const single = ([bit]: readonly number[]) => bit ?? 0;
const authored = (_: readonly number[], polarity: number) => polarity;

test('a family written back to its authored form is erased, and so is one turned round', () => {
  assert.equal(erasures(1, 60, authored), RUNS);
  assert.equal(
    erasures(1, 60, (_, polarity) => 1 - polarity),
    RUNS,
  );
});

test('a genuine copy, and coalitions that prefer ones or zeros, keep their families', () => {
  assert.equal(erasures(1, 140, single), 0);
  for (const copies of [2, 3]) {
    assert.equal(erasures(copies, 140, all1), 0);
    assert.equal(erasures(copies, 140, all0), 0);
  }
});

test('a family report counts what was read', () => {
  const read = slots(30, 1, seeded(1), (bits, _, i) => (i % 3 === 0 ? null : single(bits)));
  const [report] = examineFamilies(read).reports;
  assert.deepEqual(report, { family: 'prose.word', slots: 30, read: 20, erased: false });
  const [nothing] = examineFamilies(slots(5, 1, seeded(1), () => null)).reports;
  assert.equal(nothing?.erased, false);
});

test('the master is known at 40 slots; a copy is not, nor a copy mixed into the master', () => {
  const random = seeded(4);
  for (let run = 0; run < RUNS; run++) {
    assert.equal(knownWordOf(slots(40, 1, random, authored).filter(isRead)), 'master');
    assert.equal(knownWordOf(slots(40, 1, random, single).filter(isRead)), null);
    const third = slots(300, 1, random, (bits, polarity, i) =>
      i % 3 === 0 ? single(bits) : polarity,
    );
    assert.equal(knownWordOf(third.filter(isRead)), null);
  }
});

/** Every second slot as authored, the others as the word has them. */
const halved =
  (word: Parameters<typeof slots>[3]): Parameters<typeof slots>[3] =>
  (bits, polarity, i) =>
    i % 2 === 0 ? polarity : word(bits, polarity, i);

test('a copy mixed half and half with the master is seen as that, and its families stay', () => {
  const random = seeded(5);
  let seen = 0;
  for (let run = 0; run < RUNS; run++) {
    const { mixed, reports } = examineFamilies(slots(140, 1, random, halved(single)));
    if (mixed && reports.every(({ erased }) => !erased)) seen += 1;
  }
  assert.ok(seen > 0.97 * RUNS, `${seen} of ${RUNS}`);
});

test('copies alone, however they are mixed with each other, are not taken for that', () => {
  for (const [copies, word] of [
    [1, single],
    [2, all1],
    [3, all0],
    [2, (bits: readonly number[], _: number, i: number) => bits[i % 2] ?? 0],
  ] as const) {
    const random = seeded(copies);
    for (let run = 0; run < RUNS; run++) {
      assert.equal(examineFamilies(slots(140, copies, random, word)).mixed, false);
    }
  }
});

test('a dozen authored reads say nothing: a copy can look like that', () => {
  assert.equal(knownWordOf(slots(10, 1, seeded(6), authored).filter(isRead)), null);
  assert.equal(knownWordOf([]), null);
});
