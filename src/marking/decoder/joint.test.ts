import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLevel } from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import { BIASES } from '../code.ts';
import { coalitionsFor } from './coalitions.ts';
import { BANK, coalitionRatio, FIXED } from './hypotheses.ts';
import { jointTest, lnJointEvidence } from './joint.ts';
import { layOut } from './joint-words.ts';
import { partnersOf } from './partners.ts';
import { codeClasses } from './statistic.ts';
import { bitAt, type CodeSlot, groupSlots, packWords, type Words, wordAt } from './words.ts';

function drawSlots(m: number, random: Seeded): CodeSlot[] {
  return Array.from({ length: m }, () => ({
    p: BIASES[drawLevel(random)] ?? BIASES[1],
    y: random.below(2) === 0 ? 0 : 1,
  }));
}

function drawWords(rows: number, slots: readonly CodeSlot[], random: Seeded): Words {
  return packWords(rows, slots.length, (_, i) =>
    random.unit() * 65_536 < (slots[i]?.p ?? 0) ? 1 : 0,
  );
}

/** The chance that the code draws `word` (one bit per slot, as an integer). */
function chanceOf(word: number, slots: readonly CodeSlot[]): number {
  return slots.reduce((chance, { p }, i) => {
    const one = p / 65_536;
    return chance * ((word >> i) & 1 ? one : 1 - one);
  }, 1);
}

const GIVEN = [
  { name: 'nothing given', given: 0 } as const,
  { name: 'a word given', given: 1 } as const,
];

for (const size of [2, 3] as const) {
  for (const { name, given } of GIVEN) {
    test(`e-values of sets of ${size} have mean 1 over all words of 6 slots, ${name}`, () => {
      const random = seeded(10 * size + given);
      const slots = drawSlots(6, random);
      const known = Array.from({ length: given }, () => slots.map(() => random.below(2)));
      const grouping = groupSlots(slots, known);
      const others = drawWords(4, slots, random);
      let mean = 0;
      for (let word = 0; word < 64; word++) {
        const words = packWords(4, 6, (row, i) =>
          row === 2 ? (word >> i) & 1 : bitAt(others, row, i),
        );
        const test = jointTest(layOut(words, [0, 1, 2, 3], grouping), size);
        mean += chanceOf(word, slots) * Math.exp(lnJointEvidence(test)[2] ?? 0);
      }
      assert.ok(Math.abs(mean - 1) < 1e-9, `mean ${mean}`);
    });
  }
}

test('ratios of one, two, three copies average to 1 over the code, whatever is given', () => {
  let cases = 0;
  for (const { hypothesis } of [...BANK, ...FIXED]) {
    for (const code of codeClasses([])) {
      for (const size of [1, 2, 3]) {
        for (let words = 0; words + size <= hypothesis.colluders; words++) {
          for (let known = 0; known <= words; known++) {
            const facts = { ...code, given: { words, ones: known } };
            let mean = 0;
            for (let ones = 0; ones <= size; ones++) {
              const ways = [1, size, size === 3 ? 3 : 1, 1][ones] ?? 0;
              const chance = ways * code.p ** ones * (1 - code.p) ** (size - ones);
              mean += chance * coalitionRatio(hypothesis, facts, size, ones);
            }
            assert.ok(Math.abs(mean - 1) < 1e-12, JSON.stringify({ hypothesis, facts, size }));
            cases += 1;
          }
        }
      }
    }
  }
  assert.ok(cases > 5_000, `${cases}`);
});

test('e-values and shares equal sums over all sets, slot by slot', () => {
  const random = seeded(77);
  const slots = drawSlots(90, random);
  const rows = 6;
  const words = drawWords(rows, slots, random);
  for (const size of [2, 3] as const) {
    const grouping = groupSlots(slots);
    const joint = jointTest(layOut(words, [...Array(rows).keys()], grouping), size);
    const evidence = lnJointEvidence(joint);
    const coalitions = coalitionsFor(grouping.classes, size);
    const value = (h: number, set: readonly number[]) =>
      slots.reduce((product, { p, y }, i) => {
        const ones = set.reduce((sum, row) => sum + bitAt(words, row, i), 0);
        const hypothesis = coalitions[h]?.hypothesis ?? { strategy: 'coin', colluders: 3 };
        return product * coalitionRatio(hypothesis, { p: p / 65_536, y }, set.length, ones);
      }, 1);
    for (let k = 0; k < rows; k++) {
      const sets = subsets(rows, size - 1).filter((set) => !set.includes(k));
      const total = (h: number, more: readonly number[]) =>
        sets.reduce((sum, set) => sum + value(h, [...set, ...more]), 0);
      const expected = coalitions.reduce(
        (sum, { weight }, h) => sum + (weight * total(h, [k])) / total(h, []),
        0,
      );
      assert.ok(Math.abs((evidence[k] ?? 0) - Math.log(expected)) < 1e-9);
      const partners = partnersOf(joint, k, sets.length);
      const shares = partners.reduce((sum, { lnShare }) => sum + Math.exp(lnShare), 0);
      assert.ok(Math.abs(shares - 1) < 1e-9);
      const [best] = partners;
      const mixed = (set: readonly number[]) =>
        coalitions.reduce((sum, { weight }, h) => sum + weight * value(h, set), 0);
      assert.ok(best !== undefined);
      assert.ok(Math.abs(best.lnWith - Math.log(mixed([...best.rows, k]))) < 1e-9);
      assert.ok(sets.every((set) => Math.log(mixed([...set, k])) <= best.lnWith + 1e-9));
    }
  }
});

for (const given of [0, 1] as const) {
  test(`pairs of more rows than are counted at a time lose none, ${given} words given`, () => {
    const random = seeded(600 + given);
    const slots = drawSlots(50, random);
    const rows = 300;
    const words = drawWords(rows, slots, random);
    const known = Array.from({ length: given }, () => slots.map(() => random.below(2)));
    const grouping = groupSlots(slots, known);
    const { columns, classes } = grouping;
    const evidence = lnJointEvidence(
      jointTest(layOut(words, [...Array(rows).keys()], grouping), 2),
    );
    const bits = Array.from({ length: rows }, (_, row) => wordAt(words, row, slots.length));
    const expected = new Float64Array(rows);
    for (const { hypothesis, weight } of coalitionsFor(classes, 2)) {
      const ratios = [1, 2].map((size) =>
        columns.map((g) =>
          Array.from({ length: size + 1 }, (_, t) => {
            const facts = classes[g] ?? { p: Number.NaN, y: 0 };
            return coalitionRatio(hypothesis, facts, size, t);
          }),
        ),
      );
      const product = (set: readonly number[]) =>
        columns.reduce((value, _, i) => {
          const ones = set.reduce((sum, row) => sum + (bits[row]?.[i] ?? 0), 0);
          return value * (ratios[set.length - 1]?.[i]?.[ones] ?? 0);
        }, 1);
      const alone = bits.map((_, j) => product([j]));
      const all = alone.reduce((sum, value) => sum + value, 0);
      const together = new Float64Array(rows);
      for (let a = 0; a < rows; a++) {
        for (let b = 0; b < a; b++) {
          const value = product([a, b]);
          together[a] = (together[a] ?? 0) + value;
          together[b] = (together[b] ?? 0) + value;
        }
      }
      for (let k = 0; k < rows; k++) {
        const share = (together[k] ?? 0) / (all - (alone[k] ?? 0));
        expected[k] = (expected[k] ?? 0) + weight * share;
      }
    }
    for (const [k, ln] of evidence.entries()) {
      assert.ok(Math.abs(ln - Math.log(expected[k] ?? 0)) < 1e-9, `row ${k}`);
    }
  });
}

test('one who outweighs all others by hundreds of nats makes nobody’s evidence infinite', () => {
  const slots: CodeSlot[] = Array.from({ length: 1_500 }, (_, i) => ({
    p: BIASES[1],
    y: i % 2 === 0 ? 1 : 0,
  }));
  const random = seeded(3);
  const words = packWords(4, slots.length, (row, i) =>
    row === 0 ? (slots[i]?.y ?? 0) : random.below(2),
  );
  const grouping = groupSlots(slots);
  for (const size of [2, 3] as const) {
    const evidence = lnJointEvidence(jointTest(layOut(words, [0, 1, 2, 3], grouping), size));
    assert.ok(evidence.every((ln) => !Number.isNaN(ln) && ln < 2_000));
    assert.ok(evidence.subarray(1).every((ln) => ln < 5));
  }
});

function subsets(rows: number, size: number): number[][] {
  const singles = Array.from({ length: rows }, (_, a) => [a]);
  if (size === 1) return singles;
  return singles.flatMap(([a = 0]) => Array.from({ length: a }, (_, b) => [a, b]));
}
