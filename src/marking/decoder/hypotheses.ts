/**
 * How the holders of several copies may choose what to show where their copies differ. θ is the
 * chance that they show a 1 when k of their c copies have a 1 there.
 */
export const STRATEGIES = ['interleave', 'majority', 'minority', 'all1', 'all0', 'coin'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** A model of how a leaked word came about. It steers the power of a test, never its validity. */
export type Hypothesis = { readonly strategy: Strategy; readonly colluders: number };

/** Chance that a slot is read wrongly, as every hypothesis assumes. */
export const READ_ERROR = 0.01;

/** The hypotheses that are always tested, with their shares of the error budget. */
export const FIXED: readonly { readonly hypothesis: Hypothesis; readonly weight: number }[] = [
  { hypothesis: { strategy: 'interleave', colluders: 1 }, weight: 0.35 },
  { hypothesis: { strategy: 'interleave', colluders: 2 }, weight: 0.15 },
  { hypothesis: { strategy: 'interleave', colluders: 4 }, weight: 0.1 },
  { hypothesis: { strategy: 'interleave', colluders: 7 }, weight: 0.05 },
];

/**
 * The share of the hypothesis that is selected from the leaked word; with `FIXED` the shares sum to
 * 1.
 */
export const SELECTED_WEIGHT = 0.35;

/** For two colluders the other three strategies coincide with interleaving. */
const STRATEGIES_OF_TWO: readonly Strategy[] = ['interleave', 'all1', 'all0'];

/**
 * What the selected hypothesis is chosen from: 33 members, with the prior 0.7^c shared within each
 * c.
 */
export const BANK: readonly { readonly hypothesis: Hypothesis; readonly lnPrior: number }[] = [
  2, 3, 4, 5, 6, 8,
].flatMap((colluders) => {
  const strategies = colluders === 2 ? STRATEGIES_OF_TWO : STRATEGIES;
  const lnPrior = colluders * Math.log(0.7) - Math.log(strategies.length);
  return strategies.map((strategy) => ({ hypothesis: { strategy, colluders }, lnPrior }));
});

/** The name of a hypothesis in reports: strategy and number of copies. */
export function hypothesisName({ strategy, colluders }: Hypothesis): string {
  return colluders === 1 ? 'single copy' : `${strategy} of ${colluders}`;
}

/**
 * q_{K,t}(p): chance that a slot of bias `p` reads 1 when `ones` of `known` copies among the
 * colluders' are known to have a 1 there and the others are drawn from the code.
 */
export function chanceOfOne(
  { strategy, colluders }: Hypothesis,
  p: number,
  known = 0,
  ones = 0,
  readError = READ_ERROR,
): number {
  const free = colluders - known;
  let shown = 0;
  let term = (1 - p) ** free;
  for (let k = 0; k <= free; k++) {
    shown += term * showsOne(strategy, colluders, k + ones);
    term *= ((free - k) / (k + 1)) * (p / (1 - p));
  }
  return (1 - readError) * shown + readError * (1 - shown);
}

/** Words taken for parts of a leak before anybody is scored: how many, how many have a 1 here. */
export type Given = { readonly words: number; readonly ones: number };

const NOTHING_GIVEN: Given = { words: 0, ones: 0 };

/** What a slot's likelihood depends on: its bias, the leaked bit, and what is given there. */
export type SlotFacts = { readonly p: number; readonly y: 0 | 1; readonly given?: Given };

/**
 * f_{K,t} = P(y | K copies with t ones, given) / P(y | given): how much better the leaked bit is
 * explained when the holders of `members` copies, `ones` of which have a 1 here, took part as well.
 * Over the code its mean is 1 in each of these copies: p·f_{K,t+1} + (1−p)·f_{K,t} = f_{K−1,t}, and
 * f_{0,0} = 1. So the product over slots has mean 1 for whoever took no part, whatever the others'
 * words and whatever is given. The hypothesis has at least as many colluders as are given and
 * members.
 */
export function coalitionRatio(
  hypothesis: Hypothesis,
  { p, y, given = NOTHING_GIVEN }: SlotFacts,
  members: number,
  ones: number,
  readError = READ_ERROR,
): number {
  const { words, ones: known } = given;
  const withCopies = chanceOfOne(hypothesis, p, words + members, known + ones, readError);
  const without = chanceOfOne(hypothesis, p, words, known, readError);
  return y === 1 ? withCopies / without : (1 - withCopies) / (1 - without);
}

/** ln P(y | given) of a slot under a hypothesis. */
export function lnChanceOfRead(
  hypothesis: Hypothesis,
  { p, y, given = NOTHING_GIVEN }: SlotFacts,
): number {
  const one = chanceOfOne(hypothesis, p, given.words, given.ones);
  return Math.log(y === 1 ? one : 1 - one);
}

/**
 * w(x, y, p) = P(y | x, p) / P(y | p): `coalitionRatio` of one copy with bit `x`, nothing given.
 */
export function likelihoodRatio(
  hypothesis: Hypothesis,
  p: number,
  x: 0 | 1,
  y: 0 | 1,
  readError = READ_ERROR,
): number {
  return coalitionRatio(hypothesis, { p, y }, 1, x, readError);
}

function showsOne(strategy: Strategy, colluders: number, ones: number): number {
  switch (strategy) {
    case 'interleave':
      return ones / colluders;
    case 'majority':
      return 2 * ones === colluders ? 0.5 : Number(2 * ones > colluders);
    case 'minority':
      if (ones === 0 || ones === colluders) return Number(ones === colluders);
      return 2 * ones === colluders ? 0.5 : Number(2 * ones < colluders);
    case 'all1':
      return Number(ones >= 1);
    case 'all0':
      return Number(ones === colluders);
    case 'coin':
      return ones === 0 ? 0 : ones === colluders ? 1 : 0.5;
  }
}
