import { coalitionRatio, type Hypothesis } from './hypotheses.ts';
import { countCommon, type JointWords, wordOf } from './joint-words.ts';

/**
 * ln e(S) of a hypothesis for sets S of `size` rows, e(S) being the product over slots of
 * f_{size,t} with t ones among the rows: a form in bits, since ln f has finite differences in t
 * only as far as the third. It is the sum of `lone` over the members, of `second` over the slots at
 * which a pair of them has a 1, and of `third` over those at which three have.
 */
export type JointForm = {
  readonly size: number;
  readonly lone: Float64Array;
  /** Per class. */
  readonly second: Float64Array;
  readonly third: Float64Array;
  /**
   * What each pair of rows adds: for a and b at a·rows + b, both ways round. Empty where pairs are
   * looked at once each: there may be fifty million.
   */
  readonly pairs: Float64Array;
};

/** The form of one hypothesis with at least `size` colluders besides the words given. */
export function jointForm(words: JointWords, hypothesis: Hypothesis, size: 1 | 2 | 3): JointForm {
  const { classes, rows, ones } = words;
  const lnF = classes.map((slot) =>
    Array.from({ length: size + 1 }, (_, t) => Math.log(coalitionRatio(hypothesis, slot, size, t))),
  );
  const base = classes.reduce((sum, { n }, g) => sum + n * (lnF[g]?.[0] ?? 0), 0);
  const first = lnF.map(([f0 = 0, f1 = 0]) => f1 - f0);
  const second = lnF.map(([f0 = 0, f1 = 0, f2]) => (f2 === undefined ? 0 : f2 - 2 * f1 + f0));
  const third = lnF.map(([f0 = 0, f1 = 0, f2 = 0, f3]) =>
    f3 === undefined ? 0 : f3 - 3 * f2 + 3 * f1 - f0,
  );
  const lone = Float64Array.from({ length: rows }, (_, row) =>
    first.reduce((sum, d, g) => sum + d * (ones[row * classes.length + g] ?? 0), base / size),
  );
  return {
    size,
    lone,
    second: Float64Array.from(second),
    third: Float64Array.from(third),
    pairs: new Float64Array(),
  };
}

/** What a set adds for having `common[at + g]` ones in common in class g. */
export function commonTerm(weights: Float64Array, common: Int32Array, at: number): number {
  let sum = 0;
  for (let g = 0; g < weights.length; g++) sum += (weights[g] ?? 0) * (common[at + g] ?? 0);
  return sum;
}

/** The forms with what their pairs add. */
export function withPairs(words: JointWords, forms: readonly JointForm[]): JointForm[] {
  const { rows, classes } = words;
  const made = forms.map((form) => ({ ...form, pairs: new Float64Array(rows * rows) }));
  const common = new Int32Array(rows * classes.length);
  for (let a = 0; a < rows; a++) {
    countCommon(words, wordOf(words, a), { first: 0, end: a }, common);
    for (const { second, pairs } of made) {
      for (let b = 0; b < a; b++) {
        const term = commonTerm(second, common, b * classes.length);
        pairs[a * rows + b] = term;
        pairs[b * rows + a] = term;
      }
    }
  }
  return made;
}

/** ln e of two rows, of a form that has its pairs. */
export function lnOfPair({ lone, pairs }: JointForm, a: number, b: number): number {
  return (lone[a] ?? 0) + (lone[b] ?? 0) + (pairs[a * lone.length + b] ?? 0);
}
