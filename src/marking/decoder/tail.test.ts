import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counts } from '../../../tests/counts.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import { BANK, FIXED, type Hypothesis, hypothesisName } from './hypotheses.ts';
import { lnChernoff, lnSaddlepoint, tiltFor } from './saddlepoint.ts';
import { codeClasses, type SlotClass, type Statistic, scoreOf, statisticOf } from './statistic.ts';
import { exactTail, GRID_NATS } from './tail.ts';

const HYPOTHESES: readonly Hypothesis[] = [...FIXED, ...BANK].map(({ hypothesis }) => hypothesis);
const interleave = (colluders: number): Hypothesis => ({ strategy: 'interleave', colluders });

/** Relative agreement to the digits that the reference prints. */
function near(actual: number, expected: number, relative = 1e-5): void {
  assert.ok(Math.abs(actual / expected - 1) <= relative, `${actual} is not ${expected}`);
}

/** The reference's example: classes in order, with the decimal biases. */
const EXAMPLE: readonly SlotClass[] = [12, 4, 5, 6, 3, 14].map((n, g) => ({
  p: [0.2, 0.5, 0.8][g >> 1] ?? 0,
  y: g % 2 === 1 ? 1 : 0,
  n,
}));

const GOLDEN = [
  { c: 2, e: 0, ones: [0, 4, 0, 6, 0, 14], ratio: 4.04407e6, p: 1.88895e-11 },
  { c: 1, e: 0.01, ones: [0, 4, 0, 6, 0, 14], ratio: null, p: 1.88895e-11 },
  { c: 2, e: 0, ones: [1, 3, 2, 5, 1, 13], ratio: 821.839, p: 1.30343e-4 },
  { c: 2, e: 0.01, ones: [1, 3, 2, 5, 1, 13], ratio: 764.468, p: 1.299e-4 },
  { c: 4, e: 0.01, ones: [1, 3, 2, 5, 1, 13], ratio: 97.4958, p: 1.22589e-4 },
  { c: 1, e: 0.01, ones: [1, 3, 2, 5, 1, 13], ratio: 3.60935e-4, p: 5.07805e-4 },
  { c: 2, e: 0.01, ones: [2, 2, 2, 4, 2, 12], ratio: 1.73345, p: 4.336e-2 },
] as const;

for (const { c, e, ones, ratio, p } of GOLDEN) {
  test(`golden tail: interleave ${c}, read error ${e}, ones ${ones.join()}`, () => {
    const statistic = statisticOf(interleave(c), EXAMPLE, e);
    const score = scoreOf(statistic, ones);
    if (ratio !== null) near(Math.exp(score), ratio);
    near(Math.exp(exactTail(statistic)(score)), p);
  });
}

test('golden tails on the lattice of fair bits', () => {
  const classes: SlotClass[] = [
    { p: 0.5, y: 0, n: 26 },
    { p: 0.5, y: 1, n: 34 },
  ];
  const statistic = statisticOf(interleave(2), classes);
  // 14 slots disagree: four of the zeros have a one, ten of the ones have a zero. Then ten slots.
  near(Math.exp(exactTail(statistic)(scoreOf(statistic, [4, 24]))), 2.1118522811e-5, 1e-9);
  near(Math.exp(exactTail(statistic)(scoreOf(statistic, [10, 34]))), 8.0819072831e-8, 1e-9);
});

test('full agreement: p is the product of the chances; 27 fair slots decide at N = 100', () => {
  const matches = (m: number) => {
    const statistic = statisticOf(interleave(1), [{ p: 0.5, y: 1, n: m }]);
    return 100 * Math.exp(exactTail(statistic)(scoreOf(statistic, [m])));
  };
  near(matches(27), 7.45e-7, 1e-3);
  near(matches(26), 1.49e-6, 1e-3);
});

test('against enumeration: never below, and above by the grid’s inflation only', () => {
  const size = fc.nat(4);
  fc.assert(
    fc.property(
      fc.tuple(size, size, size, size, size, size),
      fc.constantFrom(...HYPOTHESES),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      (sizes, hypothesis, shares) => {
        const statistic = statisticOf(hypothesis, codeClasses(sizes));
        const ones = sizes.map((n, g) => Math.round(n * (shares[g] ?? 0)));
        const score = scoreOf(statistic, ones);
        const tail = Math.exp(exactTail(statistic)(score));
        const inflation = sizes.filter((n) => n > 0).length * GRID_NATS;
        assert.ok(tail >= enumerate(statistic, score + 1e-9) * (1 - 1e-9));
        assert.ok(tail <= enumerate(statistic, score - inflation - 1e-5) * (1 + 1e-9));
        assert.ok(exactTail(statistic)(score) <= lnChernoff(statistic, score - inflation) + 1e-9);
      },
    ),
    { numRuns: 60 },
  );
});

const SIZES = [36, 11, 14, 15, 9, 35] as const;
const POINTS = [0.001, 1e-5, 1e-8, 1e-12, 1e-15];

const SOME: readonly Hypothesis[] = [
  interleave(1),
  interleave(2),
  interleave(4),
  { strategy: 'minority', colluders: 3 },
];

for (const hypothesis of counts.allTails ? HYPOTHESES : SOME) {
  test(`against importance sampling to 1e-15: ${hypothesisName(hypothesis)}`, () => {
    const statistic = statisticOf(hypothesis, codeClasses(SIZES));
    const tail = exactTail(statistic);
    const random = seeded(20_250_708);
    for (const p of POINTS) {
      const score = attainable(statistic, Math.log(p), random);
      const decades = (tail(score) - lnImportance(statistic, score, 40_000, random)) / Math.LN10;
      assert.ok(Math.abs(decades) < 0.06, `p ${Math.exp(tail(score))}: ${decades} decades off`);
    }
  });
}

test('p of one hypothesis is within a tenth of importance sampling from 1e-3 to 1e-5', () => {
  const others = [
    { strategy: 'minority', colluders: 3 },
    { strategy: 'coin', colluders: 5 },
    { strategy: 'all1', colluders: 3 },
  ] as const;
  const some = [...FIXED.map((fixed) => fixed.hypothesis), ...others];
  for (const hypothesis of counts.allTails ? HYPOTHESES : some) {
    const statistic = statisticOf(hypothesis, codeClasses(SIZES));
    const tail = exactTail(statistic);
    const random = seeded(20_250_710);
    for (const p of [1e-3, 1e-4, 1e-5]) {
      const score = attainable(statistic, Math.log(p), random);
      const share = Math.exp(tail(score) - lnImportance(statistic, score, 40_000, random));
      assert.ok(Math.abs(share - 1) < 0.1, `${hypothesisName(hypothesis)}, p ${p}: ${share}`);
    }
  }
});

test('against importance sampling to 1e-15, given one and two words', () => {
  for (const words of [1, 2]) {
    const classes = codeClasses(SIZES).flatMap((code) =>
      Array.from({ length: words + 1 }, (_, ones) => ({
        ...code,
        n: Math.round(code.n / (words + 1)),
        given: { words, ones },
      })),
    );
    const statistic = statisticOf(interleave(words + 1), classes);
    const tail = exactTail(statistic);
    const random = seeded(20_250_709);
    for (const p of POINTS) {
      const score = attainable(statistic, Math.log(p), random);
      const decades = (tail(score) - lnImportance(statistic, score, 40_000, random)) / Math.LN10;
      assert.ok(Math.abs(decades) < 0.06, `${words} words, p ${p}: ${decades} decades off`);
    }
  }
});

test('tails below a double’s range keep their logarithm, and decrease with the score', () => {
  const sizes = [600, 150, 250, 250, 150, 600];
  const statistic = statisticOf(interleave(2), codeClasses(sizes));
  const tail = exactTail(statistic);
  const agreeing = sizes.map((n, g) => (g % 2 === 1 ? n : 0));
  const lnAll = codeClasses(sizes).reduce(
    (sum, { p, y, n }) => sum + n * Math.log(y === 1 ? p : 1 - p),
    0,
  );
  assert.ok(lnAll < -745, 'the example must underflow');
  assert.ok(Math.abs(tail(scoreOf(statistic, agreeing)) - lnAll) < 1e-6 * -lnAll);
  const top = scoreOf(statistic, agreeing);
  const scores = Array.from({ length: 60 }, (_, i) => top - i * 9.7);
  const tails = scores.map(tail);
  for (let i = 1; i < tails.length; i++) assert.ok((tails[i] ?? 0) >= (tails[i - 1] ?? 0));
  assert.ok(Math.abs(tail(-1e5)) < 1e-9);
});

test('the saddlepoint is off by .7 decade at most, Chernoff’s bound too high by 2 at most', () => {
  const random = seeded(7);
  const statistic = statisticOf(interleave(2), codeClasses(SIZES));
  const tail = exactTail(statistic);
  for (const p of POINTS) {
    const score = attainable(statistic, Math.log(p), random);
    const exact = tail(score) / Math.LN10;
    assert.ok(Math.abs(lnSaddlepoint(statistic, score) / Math.LN10 - exact) < 0.7);
    const bound = lnChernoff(statistic, score) / Math.LN10;
    assert.ok(bound > exact - 0.01 && bound < exact + 2, `${bound} for ${exact}`);
  }
});

test('a reading too long for the grid falls back to Chernoff’s bound', () => {
  const sizes = [9_000, 3_000, 4_000, 4_000, 3_000, 9_000];
  const statistic = statisticOf(interleave(2), codeClasses(sizes));
  const score = statistic.base + 0.5 * (scoreOf(statistic, sizes) - statistic.base);
  assert.equal(exactTail(statistic)(score), lnChernoff(statistic, score));
});

/** P(S ≥ score) by going through every outcome. */
function enumerate({ classes, base, gains }: Statistic, score: number): number {
  const outcomes = (g: number, reached: number): number => {
    const slotClass = classes[g];
    if (slotClass === undefined) return reached >= score ? 1 : 0;
    const { n, p } = slotClass;
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      const chance = choose(n, k) * p ** k * (1 - p) ** (n - k);
      sum += chance * outcomes(g + 1, reached + k * (gains[g] ?? 0));
    }
    return sum;
  };
  return outcomes(0, base);
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product = (product * (n - i)) / (i + 1);
  return product;
}

/**
 * A score that some word has, near the tail probability asked for, but not below 1e-15: drawn where
 * it is typical.
 */
function attainable(statistic: Statistic, lnP: number, random: Seeded): number {
  let low = 0;
  let high = 60;
  for (let i = 0; i < 50; i++) {
    const tilt = (low + high) / 2;
    if (lnSaddlepoint(statistic, scoreAt(statistic, tilt)) > lnP) low = tilt;
    else high = tilt;
  }
  for (;;) {
    const score = scoreOf(statistic, draw(statistic, low, random));
    if (lnSaddlepoint(statistic, score) >= Math.log(1e-15)) return score;
  }
}

function scoreAt(statistic: Statistic, tilt: number): number {
  return scoreOf(
    statistic,
    statistic.classes.map(({ n }, g) => n * tilted(statistic, g, tilt)),
  );
}

/** Chance of a one in class g when words are drawn with weight e^(tilt·S). */
function tilted({ classes, gains }: Statistic, g: number, tilt: number): number {
  const p = classes[g]?.p ?? 0;
  const one = p * Math.exp(tilt * (gains[g] ?? 0));
  return one / (one + 1 - p);
}

function draw(statistic: Statistic, tilt: number, random: Seeded): number[] {
  return statistic.classes.map(({ n }, g) => {
    const chance = tilted(statistic, g, tilt);
    let ones = 0;
    for (let i = 0; i < n; i++) if (random.unit() < chance) ones++;
    return ones;
  });
}

/** ln P(S ≥ score) from words drawn with weight e^(tilt·S), the weight taken out again. */
function lnImportance(
  statistic: Statistic,
  score: number,
  samples: number,
  random: Seeded,
): number {
  const tilt = tiltFor(statistic, score);
  const lnNorm = statistic.classes.reduce((sum, { n, p }, g) => {
    return sum + n * Math.log(p * Math.exp(tilt * (statistic.gains[g] ?? 0)) + 1 - p);
  }, tilt * statistic.base);
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    const drawn = scoreOf(statistic, draw(statistic, tilt, random));
    if (drawn >= score - 1e-9) sum += Math.exp(-tilt * (drawn - score));
  }
  return lnNorm - tilt * score + Math.log(sum / samples);
}
