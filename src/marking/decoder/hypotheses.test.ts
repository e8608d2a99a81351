import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BIASES } from '../code.ts';
import {
  BANK,
  chanceOfOne,
  FIXED,
  type Hypothesis,
  likelihoodRatio,
  READ_ERROR,
  SELECTED_WEIGHT,
  STRATEGIES,
} from './hypotheses.ts';

const interleave = (colluders: number): Hypothesis => ({ strategy: 'interleave', colluders });

/** Asserts agreement to the digits that the reference prints. */
function near(actual: number, expected: number, digits = 6): void {
  assert.ok(Math.abs(actual - expected) <= 0.51 * 10 ** -digits, `${actual} is not ${expected}`);
}

/** w in the order x0y0, x1y0, x0y1, x1y1. */
function ratios(hypothesis: Hypothesis, p: number, readError = READ_ERROR): number[] {
  return [0, 1].flatMap((y) =>
    [0, 1].map((x) => likelihoodRatio(hypothesis, p, bit(x), bit(y), readError)),
  );
}

function bit(value: number): 0 | 1 {
  return value === 1 ? 1 : 0;
}

const GOLDEN = [
  { name: 'c=2, no read error, p=.2', h: interleave(2), p: 0.2, e: 0, w: [1.125, 0.5, 0.5, 3] },
  {
    name: 'c=2, p=.2',
    h: interleave(2),
    p: 0.2,
    e: 0.01,
    w: [1.123426, 0.506297, 0.524272, 2.902913],
  },
  { name: 'c=2, p=.5', h: interleave(2), p: 0.5, e: 0.01, w: [1.49, 0.51, 0.51, 1.49] },
  { name: 'c=1, p=.5', h: interleave(1), p: 0.5, e: 0.01, w: [1.98, 0.02, 0.02, 1.98] },
  {
    name: 'c=1, p=.2',
    h: interleave(1),
    p: 0.2,
    e: 0.01,
    w: [1.246851, 0.012594, 0.048544, 4.805825],
  },
  {
    name: 'minority of 3, p=.2',
    h: { strategy: 'minority', colluders: 3 },
    p: 0.2,
    e: 0.01,
    w: [1.116466, 0.534134, 0.820986, 1.716054],
  },
  {
    name: 'minority of 3, p=.5',
    h: { strategy: 'minority', colluders: 3 },
    p: 0.5,
    e: 0.01,
    w: [1, 1, 1, 1],
  },
] as const;

for (const { name, h, p, e, w } of GOLDEN) {
  test(`golden ratios: ${name}`, () => {
    const actual = ratios(h, p, e);
    for (const [i, expected] of w.entries()) near(actual[i] ?? Number.NaN, expected);
  });
}

test('for every hypothesis, bias and leaked bit: p·w(1) + (1−p)·w(0) = 1', () => {
  const hypotheses = [...BANK, ...FIXED].map(({ hypothesis }) => hypothesis);
  for (const hypothesis of hypotheses) {
    for (const bias of BIASES) {
      for (const y of [0, 1] as const) {
        const p = bias / 65_536;
        const one = likelihoodRatio(hypothesis, p, 1, y);
        const zero = likelihoodRatio(hypothesis, p, 0, y);
        assert.ok(Math.abs(p * one + (1 - p) * zero - 1) < 1e-12, JSON.stringify(hypothesis));
        assert.ok(one > 0 && zero > 0);
      }
    }
  }
});

test('conditioning on one more copy averages back: q_K,t = p·q_K+1,t+1 + (1−p)·q_K+1,t', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...STRATEGIES),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(7),
      fc.nat(7),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (strategy, colluders, k, t, p) => {
        const known = k % colluders;
        const ones = t % (known + 1);
        const h = { strategy, colluders };
        const split =
          p * chanceOfOne(h, p, known + 1, ones + 1) + (1 - p) * chanceOfOne(h, p, known + 1, ones);
        assert.ok(Math.abs(chanceOfOne(h, p, known, ones) - split) < 1e-9);
      },
    ),
  );
});

test('the bank has 33 members with priors .7^c, and the weights sum to 1', () => {
  assert.equal(BANK.length, 33);
  const prior = (c: number) =>
    BANK.filter(({ hypothesis }) => hypothesis.colluders === c).reduce(
      (sum, { lnPrior }) => sum + Math.exp(lnPrior),
      0,
    );
  for (const c of [2, 3, 4, 5, 6, 8]) near(prior(c), 0.7 ** c, 9);
  const weights = FIXED.reduce((sum, { weight }) => sum + weight, SELECTED_WEIGHT);
  near(weights, 1, 12);
});
