import { type Coalition, coalitionsFor } from './coalitions.ts';
import { type JointForm, jointForm, lnOfPair, withPairs } from './joint-form.ts';
import { addCommon, addExponentials } from './joint-sums.ts';
import { countCommon, intersect, type JointWords, wordOf } from './joint-words.ts';
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
  const form = (members: 1 | 2 | 3) =>
    coalitions.map(({ hypothesis }) => jointForm(words, hypothesis, members));
  if (size === 2) return { words, size, coalitions, full: form(2), smaller: form(1) };
  const [full, smaller] = [withPairs(words, form(3)), withPairs(words, form(2))];
  return { words, size, coalitions, full, smaller };
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
  const others = test.smaller.map(test.size === 2 ? othersOfOne : othersOfTwo);
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
type Others = { readonly ln: number; readonly rest: Float64Array };

function othersOfOne({ lone }: JointForm): Others {
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

function othersOfTwo(form: JointForm): Others {
  const rows = form.lone.length;
  const values: number[] = [];
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) values.push(lnOfPair(form, a, b));
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

/** Rows whose counts are held at a time: as many as stay in a processor's first cache. */
const BLOCK_ROWS = 256;

/** Per coalition and row Σ_j e(jk), on the scale of `lnScales`. */
function sumPairs({ full, words }: JointTest, lnScales: readonly number[], sums: Float64Array) {
  const { rows, classes } = words;
  const common = new Int32Array(BLOCK_ROWS * classes.length);
  const lns = new Float64Array(BLOCK_ROWS);
  const places = new Int32Array(BLOCK_ROWS);
  for (let first = 0; first < rows; first += BLOCK_ROWS) {
    for (let a = first + 1; a < rows; a++) {
      const end = Math.min(a, first + BLOCK_ROWS);
      countCommon(words, wordOf(words, a), { first, end }, common);
      for (const [h, { lone, second }] of full.entries()) {
        const start = (lone[a] ?? 0) - (lnScales[h] ?? 0);
        for (let b = first; b < end; b++) lns[b - first] = start + (lone[b] ?? 0);
        addCommon(lns, end - first, second, common);
        const own = h * rows;
        const total = addExponentials(lns, end - first, sums, own + first, places);
        sums[own + a] = (sums[own + a] ?? 0) + total;
      }
    }
  }
}

/** Per coalition and row Σ_{i<j} e(ijk), on the scale of `lnScales`. */
function sumTriples({ full, words }: JointTest, lnScales: readonly number[], sums: Float64Array) {
  const { rows, classes, rowWords } = words;
  const common = new Int32Array(rows * classes.length);
  const lns = new Float64Array(rows);
  const places = new Int32Array(rows);
  const mask = new Uint32Array(rowWords);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      intersect(words, a, b, mask);
      countCommon(words, { mask, from: 0 }, { first: 0, end: b }, common);
      for (const [h, form] of full.entries()) {
        const { lone, third, pairs } = form;
        const start = lnOfPair(form, a, b) - (lnScales[h] ?? 0);
        for (let c = 0; c < b; c++) {
          const both = (pairs[a * rows + c] ?? 0) + (pairs[b * rows + c] ?? 0);
          lns[c] = start + (lone[c] ?? 0) + both;
        }
        addCommon(lns, b, third, common);
        const own = h * rows;
        const total = addExponentials(lns, b, sums, own, places);
        sums[own + a] = (sums[own + a] ?? 0) + total;
        sums[own + b] = (sums[own + b] ?? 0) + total;
      }
    }
  }
}
