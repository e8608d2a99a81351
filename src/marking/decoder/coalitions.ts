import type { Hypothesis } from './hypotheses.ts';
import { sameHypothesis, selectHypothesis, wordsGiven } from './portfolio.ts';
import type { SlotClass } from './statistic.ts';

/** A coalition as it is looked for, and its share of the evidence. */
export type Coalition = { readonly hypothesis: Hypothesis; readonly weight: number };

const SELECTED_WEIGHT = 0.3;
const FIXED: readonly Coalition[] = [
  { hypothesis: { strategy: 'interleave', colluders: 2 }, weight: 0.2 },
  { hypothesis: { strategy: 'interleave', colluders: 3 }, weight: 0.15 },
  { hypothesis: { strategy: 'interleave', colluders: 5 }, weight: 0.08 },
  { hypothesis: { strategy: 'minority', colluders: 3 }, weight: 0.07 },
  { hypothesis: { strategy: 'majority', colluders: 3 }, weight: 0.05 },
  { hypothesis: { strategy: 'coin', colluders: 3 }, weight: 0.05 },
  { hypothesis: { strategy: 'all1', colluders: 3 }, weight: 0.05 },
  { hypothesis: { strategy: 'all0', colluders: 3 }, weight: 0.05 },
];

/**
 * The coalitions that have room for `size` copies: fixed ones, and the one selected from the leaked
 * word. Weights sum to 1. Given words belong to each, on top of the colluders named here.
 */
export function coalitionsFor(classes: readonly SlotClass[], size: number): Coalition[] {
  const given = wordsGiven(classes);
  const fixed = FIXED.map(({ hypothesis: { strategy, colluders }, weight }) => ({
    hypothesis: { strategy, colluders: colluders + given },
    weight,
  }));
  const chosen = selectHypothesis(classes);
  const all = fixed.some(({ hypothesis }) => sameHypothesis(hypothesis, chosen))
    ? fixed.map(({ hypothesis, weight }) => ({
        hypothesis,
        weight: sameHypothesis(hypothesis, chosen) ? weight + SELECTED_WEIGHT : weight,
      }))
    : [...fixed, { hypothesis: chosen, weight: SELECTED_WEIGHT }];
  const able = all.filter(({ hypothesis }) => hypothesis.colluders >= size + given);
  const sum = able.reduce((total, { weight }) => total + weight, 0);
  return able.map(({ hypothesis, weight }) => ({ hypothesis, weight: weight / sum }));
}
