import {
  BANK,
  chanceOfOne,
  FIXED,
  type Hypothesis,
  hypothesisName,
  SELECTED_WEIGHT,
} from './hypotheses.ts';
import { screeningScore } from './saddlepoint.ts';
import { type SlotClass, type Statistic, scoreOf, statisticOf } from './statistic.ts';
import { exactTail, type Tail } from './tail.ts';

/** One hypothesis as it is tested on one leaked word. */
export type Member = {
  readonly hypothesis: Hypothesis;
  /** Share of the error budget. */
  readonly weight: number;
  /** Whether it was selected from the leaked word; the others are fixed. */
  readonly selected: boolean;
  readonly statistic: Statistic;
  readonly tail: Tail;
};

/**
 * The tests of one leaked word. It depends on the reading and the slots' biases, on no codeword.
 */
export type Portfolio = {
  readonly classes: readonly SlotClass[];
  readonly members: readonly Member[];
};

/** The four fixed hypotheses and the one that explains the leaked word best; weights sum to 1. */
export function portfolioFor(classes: readonly SlotClass[]): Portfolio {
  const chosen = selectHypothesis(classes);
  const tests = [
    ...FIXED.map((fixed) => ({ ...fixed, selected: false })),
    { hypothesis: chosen, weight: SELECTED_WEIGHT, selected: true },
  ];
  const members: Member[] = [];
  for (const test of tests) {
    // A selected hypothesis is often a fixed one too; its tables are large enough to be shared.
    const twin = members.find(({ hypothesis }) => sameHypothesis(hypothesis, test.hypothesis));
    const statistic = twin?.statistic ?? statisticOf(test.hypothesis, classes);
    members.push({ ...test, statistic, tail: twin?.tail ?? exactTail(statistic) });
  }
  return { classes, members };
}

function sameHypothesis(a: Hypothesis, b: Hypothesis): boolean {
  return a.strategy === b.strategy && a.colluders === b.colluders;
}

/** The member of the bank with the largest prior times P(y | p); the earlier one on a tie. */
export function selectHypothesis(classes: readonly SlotClass[]): Hypothesis {
  return BANK.map(({ hypothesis, lnPrior }) => ({
    hypothesis,
    lnPosterior: lnPrior + lnLikelihood(hypothesis, classes),
  })).reduce((best, next) => (next.lnPosterior > best.lnPosterior ? next : best)).hypothesis;
}

function lnLikelihood(hypothesis: Hypothesis, classes: readonly SlotClass[]): number {
  return classes.reduce((sum, { p, y, n }) => {
    const one = chanceOfOne(hypothesis, p);
    return sum + n * Math.log(y === 1 ? one : 1 - one);
  }, 0);
}

/** A candidate's result: ln of min(1, min_h p_h / weight_h), and the hypothesis that gave it. */
export type Verdict = { readonly lnP: number; readonly hypothesis: string };

/**
 * The exact p-value of a candidate with `ones[g]` ones in class g. Dividing each p_h by its share
 * of the budget is a union bound, so this is conservative by design.
 */
export function judge(portfolio: Portfolio, ones: ArrayLike<number>): Verdict {
  let lnP = 0;
  let hypothesis = '';
  for (const { hypothesis: h, weight, statistic, tail } of portfolio.members) {
    const ln = Math.min(0, tail(scoreOf(statistic, ones)) - Math.log(weight));
    if (hypothesis === '' || ln < lnP) {
      lnP = ln;
      hypothesis = hypothesisName(h);
    }
  }
  return { lnP, hypothesis };
}

/**
 * Per member the score above which its share of a p-value about e^lnLevel or less is reached. An
 * approximation, to choose whose exact p-value is worth computing: choose a level many decades
 * above the one at which a copy is identified.
 */
export function screeningScores(portfolio: Portfolio, lnLevel: number): number[] {
  return portfolio.members.map(({ statistic, weight }) =>
    // At level 1 everybody passes; a share of it would keep some out.
    lnLevel >= 0 ? Number.NEGATIVE_INFINITY : screeningScore(statistic, lnLevel + Math.log(weight)),
  );
}

/** Whether any member's score of this candidate reaches its screening score. */
export function passesScreen(
  portfolio: Portfolio,
  screen: readonly number[],
  ones: ArrayLike<number>,
): boolean {
  return portfolio.members.some(
    ({ statistic }, h) => scoreOf(statistic, ones) >= (screen[h] ?? Number.POSITIVE_INFINITY),
  );
}
