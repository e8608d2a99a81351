import { BIASES, type Bias } from '../code.ts';
import { coalitionRatio, type Hypothesis, READ_ERROR, type SlotFacts } from './hypotheses.ts';

/**
 * Read slots that share bias and leaked bit weigh the same for everybody, so a word is as good as
 * its number of ones in each class. `p` is a probability; `n` may be fractional where a mix is
 * expected and not yet seen. Where words are given, slots with other ones in them are other
 * classes.
 */
export type SlotClass = SlotFacts & { readonly n: number };

/** Classes of the code: bias .2, .5, .8, and within each leaked bit 0, 1. */
export const CLASS_COUNT = 2 * BIASES.length;

/** Number of the class of a slot of bias `p` (in 65 536ths) at which the leaked word has `y`. */
export function classOf(p: Bias, y: 0 | 1): number {
  return 2 * BIASES.indexOf(p) + y;
}

/** The classes of the code with `counts[g]` slots in class g. */
export function codeClasses(counts: ArrayLike<number>): SlotClass[] {
  return Array.from({ length: CLASS_COUNT }, (_, g) => ({
    p: (BIASES[g >> 1] ?? 0) / 65_536,
    y: g % 2 === 1 ? 1 : 0,
    n: counts[g] ?? 0,
  }));
}

/**
 * The score of one hypothesis over one leaked word: S = base + Σ k_g·gain_g nats, where k_g is a
 * candidate's number of ones in class g. Erased slots are in no class.
 */
export type Statistic = {
  readonly classes: readonly SlotClass[];
  readonly base: number;
  readonly gains: readonly number[];
};

/** The log likelihood ratio of `hypothesis` as a statistic of the class counts. */
export function statisticOf(
  hypothesis: Hypothesis,
  classes: readonly SlotClass[],
  readError = READ_ERROR,
): Statistic {
  const logs = classes.map((facts) => ({
    zero: Math.log(coalitionRatio(hypothesis, facts, 1, 0, readError)),
    one: Math.log(coalitionRatio(hypothesis, facts, 1, 1, readError)),
  }));
  return {
    classes,
    base: logs.reduce((sum, { zero }, g) => sum + (classes[g]?.n ?? 0) * zero, 0),
    gains: logs.map(({ zero, one }) => one - zero),
  };
}

/** The score of a candidate with `ones[from + g]` ones in class g, in nats. */
export function scoreOf({ base, gains }: Statistic, ones: ArrayLike<number>, from = 0): number {
  let score = base;
  for (let g = 0; g < gains.length; g++) score += (gains[g] ?? 0) * (ones[from + g] ?? 0);
  return score;
}
