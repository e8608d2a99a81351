import { BIASES } from '../code.ts';
import {
  FIXED,
  type Hypothesis,
  likelihoodRatio,
  READ_ERROR,
  SELECTED_WEIGHT,
} from './hypotheses.ts';
import { lnSaddlepoint } from './saddlepoint.ts';
import { codeClasses, type SlotClass, statisticOf } from './statistic.ts';

/** Share of the slots drawn with each bias. */
const BIAS_SHARES = [3 / 8, 1 / 4, 3 / 8] as const;

/** One-sided 95 % point of the normal distribution. */
const Z95 = 1.645;

/** No reading is longer than this; a level that asks for more is out of reach. */
const MAX_SLOTS = 1 << 16;

/**
 * What a single copy is found by: the one-copy hypothesis, or interleaving of two, usually
 * selected.
 */
const ROUTES: readonly { readonly hypothesis: Hypothesis; readonly weight: number }[] = [
  { hypothesis: { strategy: 'interleave', colluders: 1 }, weight: FIXED[0]?.weight ?? 0 },
  { hypothesis: { strategy: 'interleave', colluders: 2 }, weight: SELECTED_WEIGHT },
];

/**
 * About how many read slots of one scope bring a single copy's p-value to e^lnLevel with
 * probability .95, when `READ_ERROR` of the reads are wrong. Null when the level is out of reach.
 */
export function slotsFor(lnLevel: number): number | null {
  const reaches = (m: number) => ROUTES.some((route) => lnTypicalP(route, m) <= lnLevel);
  if (!reaches(MAX_SLOTS)) return null;
  let enough = MAX_SLOTS;
  let short = 0;
  while (enough - short > 1) {
    const middle = (enough + short) >> 1;
    if (reaches(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}

/** ln of the p-value that a single copy stays below in 95 of 100 readings of `m` slots. */
function lnTypicalP(route: (typeof ROUTES)[number], m: number): number {
  const { mean, deviation, skewness } = slotMoments(route.hypothesis);
  // Cornish and Fisher's first correction: a wrong read costs far more than a right one brings.
  const z = -Z95 + ((Z95 * Z95 - 1) / 6) * (skewness / Math.sqrt(m));
  const low = m * mean + z * deviation * Math.sqrt(m);
  const statistic = statisticOf(route.hypothesis, expectedClasses(m));
  return Math.min(0, lnSaddlepoint(statistic, low) - Math.log(route.weight));
}

/**
 * The classes of `m` slots of which every bias and leaked bit has its expected, fractional share.
 */
function expectedClasses(m: number): SlotClass[] {
  const counts = BIASES.flatMap((bias, level) => {
    const one = bias / 65_536;
    const n = m * (BIAS_SHARES[level] ?? 0);
    return [n * (1 - one), n * one];
  });
  return codeClasses(counts);
}

/** What one slot adds to the score of the copy used, over biases, bits and read errors. */
function slotMoments(hypothesis: Hypothesis) {
  const outcomes = expectedClasses(1).flatMap(({ p, y, n }) =>
    [0, 1].map((x) => ({
      chance: n * (x === y ? 1 - READ_ERROR : READ_ERROR),
      gain: Math.log(likelihoodRatio(hypothesis, p, x === 1 ? 1 : 0, y)),
    })),
  );
  const expect = (f: (gain: number) => number) =>
    outcomes.reduce((sum, { chance, gain }) => sum + chance * f(gain), 0);
  const mean = expect((gain) => gain);
  const deviation = Math.sqrt(expect((gain) => (gain - mean) ** 2));
  return { mean, deviation, skewness: expect((gain) => ((gain - mean) / deviation) ** 3) };
}
