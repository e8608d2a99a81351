import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { drawLevel } from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import { BIASES } from '../code.ts';
import { decode, decodeByStages, SHARES } from './decode.ts';
import { chanceOfOne, type Hypothesis } from './hypotheses.ts';
import { judge, portfolioFor } from './portfolio.ts';
import { bitAt, type CodeSlot, countOnes, groupSlots, packWords, wordAt } from './words.ts';

const ALPHA = 1e-6;

/** Words of `rows` recipients over `m` slots, of whom the first leaked together. */
function leak(m: number, rows: number, hypothesis: Hypothesis, random: Seeded) {
  const biases = Array.from({ length: m }, () => BIASES[drawLevel(random)] ?? BIASES[1]);
  const words = packWords(rows, m, (_, i) => (random.unit() * 65_536 < (biases[i] ?? 0) ? 1 : 0));
  const slots = biases.map((p, i): CodeSlot => {
    let ones = 0;
    for (let row = 0; row < hypothesis.colluders; row++) ones += bitAt(words, row, i);
    const one = chanceOfOne(hypothesis, p / 65_536, hypothesis.colluders, ones, 0);
    return { p, y: random.unit() < one ? 1 : 0 };
  });
  return { words, slots, given: [] };
}

/** Who is identified among `rows`. */
function named(scene: Parameters<typeof decode>[0]): number[] {
  const { rows } = scene.words;
  const lnLevel = Math.log(ALPHA / rows);
  return decode(scene, lnLevel, Math.log(64 / rows))
    .filter(({ lnP }) => lnP <= lnLevel)
    .map(({ row }) => row)
    .sort((a, b) => a - b);
}

const COALITIONS = [
  { m: 150, colluders: 2, strategy: 'interleave' },
  { m: 300, colluders: 3, strategy: 'interleave' },
  { m: 260, colluders: 3, strategy: 'minority' },
] as const;

for (const { m, colluders, strategy } of COALITIONS) {
  test(`${m} slots: somebody of ${colluders} copies (${strategy}) is named, nobody else`, () => {
    const random = seeded(m);
    let caught = 0;
    const runs = counts.coalitions;
    for (let run = 0; run < runs; run++) {
      const rows = named(leak(m, 300, { strategy, colluders }, random));
      assert.ok(rows.every((row) => row < colluders));
      if (rows.length > 0) caught += 1;
    }
    assert.ok(caught >= 0.9 * runs - 1, `${caught} of ${runs}`);
  });
}

test('a pair that copies alone do not give away is named by both words together', () => {
  const random = seeded(9);
  const tests = new Set<string>();
  for (let run = 0; run < 8; run++) {
    const scene = leak(130, 200, { strategy: 'interleave', colluders: 2 }, random);
    const lnLevel = Math.log(ALPHA / 200);
    for (const { lnP, test } of decode(scene, lnLevel, Math.log(64 / 200))) {
      if (lnP <= lnLevel) tests.add(test.replace(/.*, /, ''));
    }
  }
  assert.ok(tests.has('with 1 more'), [...tests].join());
});

test('given a copy that took no part, p-values of the others stay true', () => {
  const random = seeded(21);
  const levels = [0.1, 0.01];
  const low = levels.map(() => 0);
  const words = 6_000;
  for (let part = 0; part < 6; part++) {
    const { slots } = leak(80, 2, { strategy: 'interleave', colluders: 2 }, random);
    const draw = () => slots.map(({ p }) => (random.unit() * 65_536 < p ? 1 : 0));
    const grouping = groupSlots(slots, [draw()]);
    const portfolio = portfolioFor(grouping.classes);
    const width = grouping.classes.length;
    const others = Array.from({ length: words / 6 }, draw);
    const ones = countOnes(
      packWords(others.length, 80, (row, i) => others[row]?.[i] ?? 0),
      grouping,
    );
    for (let row = 0; row < others.length; row++) {
      const { lnP } = judge(portfolio, ones.subarray(row * width, (row + 1) * width));
      for (const [i, level] of levels.entries()) {
        if (lnP <= Math.log(level)) low[i] = (low[i] ?? 0) + 1;
      }
    }
  }
  for (const [i, level] of levels.entries()) {
    const most = words * level + 4 * Math.sqrt(words * level);
    assert.ok((low[i] ?? 0) <= most, `${low[i]} of ${words} at ${level}`);
    assert.ok((low[i] ?? 0) > 0);
  }
});

test('combined p-values of those who took no part: no more often low than their level says', () => {
  const random = seeded(33);
  let low = 0;
  let tests = 0;
  for (let run = 0; run < counts.jointNulls; run++) {
    const scene = leak(100, 60, { strategy: 'interleave', colluders: 1 + (run % 3) }, random);
    for (const { row, lnP } of decode(scene, Math.log(1e-3), 0)) {
      if (row < 3) continue;
      tests += 1;
      if (lnP <= Math.log(0.02)) low += 1;
    }
  }
  assert.ok(tests > 40 * counts.jointNulls);
  assert.ok(low <= tests * 0.02 + 4 * Math.sqrt(tests * 0.02), `${low} of ${tests}`);
});

test('the order of slots changes no p-value', () => {
  const scene = leak(120, 80, { strategy: 'interleave', colluders: 2 }, seeded(5));
  const turned = {
    words: packWords(80, 120, (row, i) => bitAt(scene.words, row, 119 - i)),
    slots: scene.slots.toReversed(),
    given: [],
  };
  const byRow = (of: typeof scene) => decode(of, Math.log(1e-8), 0).sort((a, b) => a.row - b.row);
  const others = byRow(turned);
  for (const [i, { row, lnP, test }] of byRow(scene).entries()) {
    const other = others[i];
    assert.deepEqual([other?.row, other?.test], [row, test]);
    assert.ok(Math.abs((other?.lnP ?? 0) - lnP) < 1e-6);
  }
});

test('the shares of the budget sum to 1, and all stages together are the whole', () => {
  const sum = Object.values(SHARES).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 1) < 1e-12);
  const scene = leak(60, 20, { strategy: 'interleave', colluders: 1 }, seeded(2));
  const stages = [...decodeByStages(scene, Math.log(1e-8), 0)];
  const single = stages[0] ?? [];
  assert.equal(single.length, 20);
  const word = wordAt(scene.words, 0, 60);
  assert.ok(scene.slots.every(({ y }, i) => y === word[i]));
  assert.deepEqual(named(scene), [0]);
});
