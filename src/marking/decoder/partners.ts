import type { JointTest } from './joint.ts';
import { type JointForm, lnOfSet, pairTerm } from './joint-form.ts';
import { countCommon, type JointWords } from './joint-words.ts';
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
  const { words } = test;
  const sets = test.size === 2 ? singles(words.rows, k) : pairs(words.rows, k);
  const lnWeights = test.coalitions.map(({ weight }) => Math.log(weight));
  const alone = sets.map((set) => mix(test.smaller, lnWeights, (form) => lnOfSet(form, set)));
  const together =
    test.size === 2
      ? sets.map(([j = 0]) => mix(test.full, lnWeights, (form) => lnOfSet(form, [j, k])))
      : withThird(test, k, sets, lnWeights);
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

/** ln Σ_h w_h e_h of k with each pair of `sets`, which are ordered by their first row. */
function withThird(
  { words, full }: JointTest,
  k: number,
  sets: readonly (readonly number[])[],
  lnWeights: readonly number[],
): number[] {
  const { rows, classes } = words;
  const common = new Int32Array(rows * classes.length);
  let last = -1;
  return sets.map(([a = 0, b = 0]) => {
    if (a !== last) countCommon(words, sharedWord(words, a, k), 0, a, common);
    last = a;
    return mix(full, lnWeights, (form) => {
      const { lone, third } = form;
      let ln = lnOfSet(form, [a, b]) + (lone[k] ?? 0);
      ln += pairTerm(form, Math.max(a, k), Math.min(a, k));
      ln += pairTerm(form, Math.max(b, k), Math.min(b, k));
      for (let g = 0; g < third.length; g++) {
        ln += (third[g] ?? 0) * (common[b * classes.length + g] ?? 0);
      }
      return ln;
    });
  });
}

function sharedWord({ rowWords, bits }: JointWords, a: number, k: number): Uint32Array {
  return Uint32Array.from(
    { length: rowWords },
    (_, i) => (bits[a * rowWords + i] ?? 0) & (bits[k * rowWords + i] ?? 0),
  );
}
