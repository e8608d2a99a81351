import { coalitionRatio, type Hypothesis } from './hypotheses.ts';
import type { JointWords } from './joint-words.ts';

/**
 * ln e(S) of a hypothesis for sets S of `size` rows, e(S) being the product over slots of
 * f_{size,t} with t ones among the rows: a form in bits, since ln f has finite differences in t
 * only as far as the third. It is the sum of `lone` over the members, of `pairs` over the pairs of
 * them, and of `triple` over the slots at which three have a 1.
 */
export type JointForm = {
  readonly size: number;
  readonly lone: Float64Array;
  /** For rows a and b at a·rows + b, both ways round. Empty for sets of one. */
  readonly pairs: Float64Array;
  /** Per class. */
  readonly triple: Float64Array;
};

/**
 * The form of one hypothesis with at least `size` colluders besides the words given. `common` is
 * what `countPairs` says of the words.
 */
export function jointForm(
  words: JointWords,
  common: Int32Array,
  hypothesis: Hypothesis,
  size: 1 | 2 | 3,
): JointForm {
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
  const pairs =
    size === 1 ? new Float64Array() : pairTerms(rows, common, Float64Array.from(second));
  return { size, lone, pairs, triple: Float64Array.from(third) };
}

function pairTerms(rows: number, common: Int32Array, gains: Float64Array): Float64Array {
  const width = gains.length;
  const terms = new Float64Array(rows * rows);
  for (let a = 0, at = 0; a < rows; a++) {
    for (let b = 0; b < a; b++, at += width) {
      let sum = 0;
      for (let g = 0; g < width; g++) sum += (gains[g] ?? 0) * (common[at + g] ?? 0);
      terms[a * rows + b] = sum;
      terms[b * rows + a] = sum;
    }
  }
  return terms;
}

/** ln e of one row, or of two: of a form of that size. */
export function lnOfSet({ lone, pairs }: JointForm, set: readonly number[]): number {
  const [a = 0, b] = set;
  if (b === undefined) return lone[a] ?? 0;
  return (lone[a] ?? 0) + (lone[b] ?? 0) + (pairs[a * lone.length + b] ?? 0);
}
