import { type Coalition, coalitionsFor } from './coalitions.ts';
import { type JointForm, jointForm, lnOfSet, pairTerm, pairTerms } from './joint-form.ts';
import { countCommon, countPairs, intersect, type JointWords } from './joint-words.ts';
import { lnSumExp } from './portfolio.ts';

/** What is looked for among some rows: coalitions of which `size` members are among them. */
export type JointTest = {
  readonly words: JointWords;
  readonly size: 2 | 3;
  readonly coalitions: readonly Coalition[];
  /** Per coalition the sets of `size`, and those that are one smaller. */
  readonly full: readonly JointForm[];
  readonly smaller: readonly JointForm[];
};

/**
 * Prepares a joint test. The rows are to be a candidate and its best others: take the L + 1 best of
 * all by single score, then each of these has the L best others, chosen without a look at its own
 * word. For a candidate that is not among them no evidence is claimed.
 */
export function jointTest(words: JointWords, size: 2 | 3): JointTest {
  const coalitions = coalitionsFor(words.classes, size);
  const common = countPairs(words);
  const form = (members: 1 | 2 | 3) =>
    coalitions.map(({ hypothesis }) => jointForm(words, common, hypothesis, members));
  return { words, size, coalitions, full: form(size), smaller: form(size === 2 ? 1 : 2) };
}

/**
 * ln of the leave-one-out e-value of every row: E_k = Σ_{S∌k} e(S ∪ k) / Σ_{S∌k} e(S), S being the
 * single other rows (`size` 2) or the pairs of them (`size` 3); of E_k the mixture over the
 * coalitions. Over the word of somebody who took no part E_k has mean 1, given the leaked word and
 * everybody else's words, so 1/E_k is a p-value.
 */
export function lnJointEvidence(test: JointTest): Float64Array {
  const { rows } = test.words;
  const sums = new Float64Array(test.coalitions.length * rows);
  const others = test.smaller.map((form) => othersOf(form, test.size === 2));
  const scales = others.map(({ ln }) => ln);
  if (test.size === 2) sumPairs(test, scales, sums);
  else sumTriples(test, scales, sums);
  return Float64Array.from({ length: rows }, (_, k) =>
    lnSumExp(
      test.coalitions.map(({ weight }, h) => {
        const rest = others[h]?.rest[k] ?? 0;
        // Nothing left of the others beside one who outweighs them by hundreds of nats: claim none.
        if (rest === 0) return Number.NEGATIVE_INFINITY;
        return Math.log(weight) + Math.log(sums[h * rows + k] ?? 0) - Math.log(rest);
      }),
    ),
  );
}

/**
 * ln Σ e over all sets of a form, and for each row the sum over the sets without it on that scale,
 * so that nothing cancels.
 */
function othersOf(form: JointForm, ofOne: boolean) {
  return ofOne ? othersOfOne(form) : othersOfTwo(form);
}

function othersOfOne({ lone }: JointForm) {
  const ln = lnSumExp(lone);
  const shares = lone.map((value) => Math.exp(value - ln));
  const rest = new Float64Array(lone.length);
  let before = 0;
  for (let k = 0; k < lone.length; k++) {
    rest[k] = before;
    before += shares[k] ?? 0;
  }
  let after = 0;
  for (let k = lone.length - 1; k >= 0; k--) {
    rest[k] = (rest[k] ?? 0) + after;
    after += shares[k] ?? 0;
  }
  return { ln, rest };
}

function othersOfTwo(form: JointForm) {
  const rows = form.lone.length;
  const values: number[] = [];
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) values.push(lnOfSet(form, [a, b]));
  }
  const ln = lnSumExp(values);
  const shares = Float64Array.from(values, (value) => Math.exp(value - ln));
  const own = new Float64Array(rows);
  for (let a = 0, at = 0; a < rows; at += a, a++) {
    for (let b = 0; b < a; b++) {
      own[a] = (own[a] ?? 0) + (shares[at + b] ?? 0);
      own[b] = (own[b] ?? 0) + (shares[at + b] ?? 0);
    }
  }
  // All sets together are 1. A difference loses nothing while less than half is taken away.
  const rest = own.map((share, k) => (share < 0.5 ? 1 - share : sumWithout(shares, rows, k)));
  return { ln, rest };
}

function sumWithout(shares: Float64Array, rows: number, k: number): number {
  let sum = 0;
  for (let a = 0, at = 0; a < rows; at += a, a++) {
    if (a !== k) for (let b = 0; b < a; b++) if (b !== k) sum += shares[at + b] ?? 0;
  }
  return sum;
}

/** More than this a single set does not contribute: e^more would leave a double's range. */
const MOST_NATS = 600;

/** A set that contributes less is left out: that can only lower an e-value, by 1e-15 at most. */
const LEAST_NATS = -46;

/** Per coalition and row Σ_j e(jk), on the scale of `lnScales`. */
function sumPairs({ full, words }: JointTest, lnScales: readonly number[], sums: Float64Array) {
  const { rows } = words;
  for (const [h, form] of full.entries()) {
    const scale = lnScales[h] ?? 0;
    for (let a = 0; a < rows; a++) {
      const start = (form.lone[a] ?? 0) - scale;
      let total = 0;
      for (let b = 0; b < a; b++) {
        const ln = start + (form.lone[b] ?? 0) + pairTerm(form, a, b);
        if (ln < LEAST_NATS) continue;
        const e = Math.exp(Math.min(ln, MOST_NATS));
        sums[h * rows + b] = (sums[h * rows + b] ?? 0) + e;
        total += e;
      }
      sums[h * rows + a] = (sums[h * rows + a] ?? 0) + total;
    }
  }
}

/** Per coalition and row Σ_{i<j} e(ijk), on the scale of `lnScales`. */
function sumTriples({ full, words }: JointTest, lnScales: readonly number[], sums: Float64Array) {
  const { rows, classes } = words;
  const common = new Int32Array(rows * classes.length);
  const both = new Uint32Array(words.rowWords);
  const forms = full.map((form) => ({ form, pairs: pairTerms(form) }));
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      intersect(words, a, b, both);
      countCommon(words, both, 0, b, common);
      for (const [h, each] of forms.entries()) {
        const own = sums.subarray(h * rows, (h + 1) * rows);
        const start = lnOfSet(each.form, [a, b]) - (lnScales[h] ?? 0);
        const total = addThirds(each, common, a, b, start, own);
        own[a] = (own[a] ?? 0) + total;
        own[b] = (own[b] ?? 0) + total;
      }
    }
  }
}

/** The hot loop: every third below `b` joins a and b. */
function addThirds(
  { form, pairs }: { readonly form: JointForm; readonly pairs: Float64Array },
  common: Int32Array,
  a: number,
  b: number,
  start: number,
  sums: Float64Array,
): number {
  const { lone, third } = form;
  const rows = lone.length;
  const width = third.length;
  let total = 0;
  for (let c = 0; c < b; c++) {
    let ln = start + (lone[c] ?? 0) + (pairs[a * rows + c] ?? 0) + (pairs[b * rows + c] ?? 0);
    for (let g = 0; g < width; g++) ln += (third[g] ?? 0) * (common[c * width + g] ?? 0);
    if (ln < LEAST_NATS) continue;
    const e = Math.exp(Math.min(ln, MOST_NATS));
    sums[c] = (sums[c] ?? 0) + e;
    total += e;
  }
  return total;
}
