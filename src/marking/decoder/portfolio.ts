import {
  BANK,
  FIXED,
  type Hypothesis,
  hypothesisName,
  lnChanceOfRead,
  SELECTED_WEIGHT,
} from './hypotheses.ts';
import { lnSaddlepoint, screeningScore } from './saddlepoint.ts';
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

/** Shares once words are given: of the selected hypothesis, and of one and two copies more. */
const GIVEN_SELECTED_WEIGHT = 0.5;
const GIVEN_FIXED_WEIGHT = 0.25;

/**
 * The fixed hypotheses and the one that explains the leaked word best; weights sum to 1. Given
 * words are part of each: then the fixed ones interleave them with one and with two copies more.
 */
export function portfolioFor(classes: readonly SlotClass[]): Portfolio {
  const given = wordsGiven(classes);
  const chosen = selectHypothesis(classes);
  const chosenWeight = given === 0 ? SELECTED_WEIGHT : GIVEN_SELECTED_WEIGHT;
  const fixed = fixedFor(given);
  // A selected hypothesis is often a fixed one too: one test then, with both shares.
  const twin = fixed.find(({ hypothesis }) => sameHypothesis(hypothesis, chosen));
  const rest = fixed.filter((each) => each !== twin);
  const tests = [
    ...rest.map((each) => ({ ...each, selected: false })),
    { hypothesis: chosen, weight: chosenWeight + (twin?.weight ?? 0), selected: true },
  ];
  const members = tests.map((test) => {
    const statistic = statisticOf(test.hypothesis, classes);
    return { ...test, statistic, tail: exactTail(statistic) };
  });
  return { classes, members };
}

function fixedFor(given: number): typeof FIXED {
  if (given === 0) return FIXED;
  return [given + 1, given + 2].map((colluders) => ({
    hypothesis: { strategy: 'interleave', colluders },
    weight: GIVEN_FIXED_WEIGHT,
  }));
}

/** How many words are given; the same in every class. */
export function wordsGiven(classes: readonly SlotClass[]): number {
  return classes[0]?.given?.words ?? 0;
}

/** Whether two hypotheses are the same. */
export function sameHypothesis(a: Hypothesis, b: Hypothesis): boolean {
  return a.strategy === b.strategy && a.colluders === b.colluders;
}

/**
 * The member of the bank with the largest prior times P(y | p, given), among those with more
 * colluders than words are given; the earlier one on a tie.
 */
export function selectHypothesis(classes: readonly SlotClass[]): Hypothesis {
  const given = wordsGiven(classes);
  return BANK.filter(({ hypothesis }) => hypothesis.colluders > given)
    .map(({ hypothesis, lnPrior }) => ({
      hypothesis,
      lnPosterior: lnPrior + lnLikelihood(hypothesis, classes),
    }))
    .reduce((best, next) => (next.lnPosterior > best.lnPosterior ? next : best)).hypothesis;
}

/** ln P(y | p, given) of the leaked word under a hypothesis. */
export function lnLikelihood(hypothesis: Hypothesis, classes: readonly SlotClass[]): number {
  return classes.reduce((sum, slot) => sum + slot.n * lnChanceOfRead(hypothesis, slot), 0);
}

/** A candidate's result: ln of min(1, min_h p_h / weight_h), and the hypothesis that gave it. */
export type Verdict = { readonly lnP: number; readonly hypothesis: string };

/**
 * A member whose approximate p-value is this many nats above another's exact one is not the least.
 */
const CLEARLY_ABOVE = 4;

/** About ln of a candidate's p-value, by the saddlepoint: to see whose exact one is worth it. */
export function lnAbout({ members }: Portfolio, ones: ArrayLike<number>): number {
  return Math.min(
    ...members.map(
      ({ statistic, weight }) =>
        lnSaddlepoint(statistic, scoreOf(statistic, ones)) - Math.log(weight),
    ),
  );
}

/**
 * The exact p-value of a candidate with `ones[g]` ones in class g. Dividing each p_h by its share
 * of the budget is a union bound, so this is conservative by design. Members that are clearly not
 * the least by the saddlepoint get no exact tail: leaving one out can only raise the minimum.
 */
export function judge(portfolio: Portfolio, ones: ArrayLike<number>): Verdict {
  const members = portfolio.members
    .map((member) => {
      const score = scoreOf(member.statistic, ones);
      const lnWeight = Math.log(member.weight);
      const about = lnSaddlepoint(member.statistic, score) - lnWeight;
      return { member, score, lnWeight, about };
    })
    .sort((a, b) => a.about - b.about);
  let lnP = Number.POSITIVE_INFINITY;
  let hypothesis = '';
  for (const { member, score, lnWeight, about } of members) {
    if (about > lnP + CLEARLY_ABOVE) break;
    const ln = member.tail(score) - lnWeight;
    if (ln >= lnP) continue;
    lnP = ln;
    hypothesis = hypothesisName(member.hypothesis);
  }
  return { lnP: Math.min(0, lnP), hypothesis };
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

/** Whether any member's score of the candidate at `ones[from]` reaches its screening score. */
export function passesScreen(
  { members }: Portfolio,
  screen: readonly number[],
  ones: ArrayLike<number>,
  from = 0,
): boolean {
  return members.some(
    ({ statistic }, h) => scoreOf(statistic, ones, from) >= (screen[h] ?? Number.POSITIVE_INFINITY),
  );
}

/**
 * ln Σ_h weight_h · e^{S_h}: the mixture of the members' likelihood ratios. It has mean 1 for
 * whoever took no part, so it is the candidate's factor in evidence over several alerts.
 */
export function lnFactor({ members }: Portfolio, ones: ArrayLike<number>): number {
  return lnSumExp(
    members.map(({ statistic, weight }) => scoreOf(statistic, ones) + Math.log(weight)),
  );
}

/** ln Σ e^v, safe from overflow. */
export function lnSumExp(values: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i] ?? top);
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? top) - top);
  return top + Math.log(sum);
}
