import type { JointTest } from './joint.ts';
import { commonTerm, type JointForm, lnOfPair } from './joint-form.ts';
import { countCommon, intersect, wordOf } from './joint-words.ts';
import { lnSumExp } from './portfolio.ts';

/** Others who may have leaked together with a candidate. */
export type Partners = {
  readonly rows: readonly number[];
  /**
   * ln of their share of the budget: Σ_h w_h e_h(S) over the same sum for all sets without the
   * candidate. The shares of a candidate's partners sum to 1, and its own word is not in them.
   */
  readonly lnShare: number;
  /** ln of how much better the leaked word is explained with the candidate and these. */
  readonly lnWith: number;
};

/** The `most` sets of others that explain the leaked word best together with row `k`. */
export function partnersOf(test: JointTest, k: number, most: number): Partners[] {
  const { words, size, smaller } = test;
  const sets = size === 2 ? singles(words.rows, k) : pairs(words.rows, k);
  const lnWeights = test.coalitions.map(({ weight }) => Math.log(weight));
  const alone = sets.map(([a = 0, b]) =>
    mix(smaller, lnWeights, (form) =>
      b === undefined ? (form.lone[a] ?? 0) : lnOfPair(form, a, b),
    ),
  );
  const together = (size === 2 ? withSecond : withThird)(test, k, sets, lnWeights);
  const lnAll = lnSumExp(alone);
  return sets
    .map((rows, i) => ({
      rows,
      lnShare: (alone[i] ?? 0) - lnAll,
      lnWith: together[i] ?? 0,
    }))
    .sort((a, b) => b.lnWith - a.lnWith)
    .slice(0, most);
}

function mix(
  forms: readonly JointForm[],
  lnWeights: readonly number[],
  ln: (form: JointForm) => number,
): number {
  return lnSumExp(forms.map((form, h) => (lnWeights[h] ?? 0) + ln(form)));
}

function singles(rows: number, k: number): number[][] {
  return Array.from({ length: rows }, (_, j) => [j]).filter(([j]) => j !== k);
}

function pairs(rows: number, k: number): number[][] {
  return singles(rows, k).flatMap(([a = 0]) =>
    Array.from({ length: a }, (_, b) => [a, b]).filter(([, b]) => b !== k),
  );
}

/** ln Σ_h w_h e_h of k with each row of `sets`. */
function withSecond(
  { words, full }: JointTest,
  k: number,
  sets: readonly (readonly number[])[],
  lnWeights: readonly number[],
): number[] {
  const { rows, classes } = words;
  const common = new Int32Array(rows * classes.length);
  countCommon(words, wordOf(words, k), { first: 0, end: rows }, common);
  return sets.map(([j = 0]) =>
    mix(full, lnWeights, ({ lone, second }) => {
      const both = commonTerm(second, common, j * classes.length);
      return (lone[j] ?? 0) + (lone[k] ?? 0) + both;
    }),
  );
}

/** ln Σ_h w_h e_h of k with each pair of `sets`, which are ordered by their first row. */
function withThird(
  { words, full }: JointTest,
  k: number,
  sets: readonly (readonly number[])[],
  lnWeights: readonly number[],
): number[] {
  const { rows, classes, rowWords } = words;
  const common = new Int32Array(rows * classes.length);
  const mask = new Uint32Array(rowWords);
  let last = -1;
  return sets.map(([a = 0, b = 0]) => {
    if (a !== last) {
      intersect(words, a, k, mask);
      countCommon(words, { mask, from: 0 }, { first: 0, end: a }, common);
    }
    last = a;
    return mix(full, lnWeights, (form) => {
      const { lone, third, pairs } = form;
      const each = (pairs[a * rows + k] ?? 0) + (pairs[b * rows + k] ?? 0);
      const all = commonTerm(third, common, b * classes.length);
      return lnOfPair(form, a, b) + (lone[k] ?? 0) + each + all;
    });
  });
}
