import { coalitionRatio, type Hypothesis } from './hypotheses.ts';
import type { JointWords } from './joint-words.ts';

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
  /** What `countPairs` says of the words. */
  readonly common: Int32Array;
};

/** The form of one hypothesis with at least `size` colluders besides the words given. */
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
  return {
    size,
    lone,
    second: Float64Array.from(second),
    third: Float64Array.from(third),
    common,
  };
}

/** What a pair of rows adds, b < a. */
export function pairTerm({ second, common }: JointForm, a: number, b: number): number {
  const width = second.length;
  const at = ((a * (a - 1)) / 2 + b) * width;
  let sum = 0;
  for (let g = 0; g < width; g++) sum += (second[g] ?? 0) * (common[at + g] ?? 0);
  return sum;
}

/** What each pair of rows adds: for a and b at a·rows + b, both ways round. */
export function pairTerms(form: JointForm): Float64Array {
  const rows = form.lone.length;
  const terms = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      const term = pairTerm(form, a, b);
      terms[a * rows + b] = term;
      terms[b * rows + a] = term;
    }
  }
  return terms;
}

/** ln e of one row, or of two: of a form of that size. */
export function lnOfSet(form: JointForm, set: readonly number[]): number {
  const [a = 0, b] = set;
  if (b === undefined) return form.lone[a] ?? 0;
  const pair = pairTerm(form, Math.max(a, b), Math.min(a, b));
  return (form.lone[a] ?? 0) + (form.lone[b] ?? 0) + pair;
}
