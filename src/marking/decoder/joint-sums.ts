import { CLASS_COUNT } from './statistic.ts';

/** More than this a single set does not contribute: e^more would leave a double's range. */
const MOST_NATS = 600;

/** A set that contributes less is left out: that can only lower an e-value, by 1e-15 at most. */
const LEAST_NATS = -46;

/**
 * Adds to each of the first `count` of `lns` what its ones in common weigh: Σ_g weights[g] ·
 * common[i·width + g]. Six classes are written out, which are all there are where nothing is given:
 * this runs hot.
 */
export function addCommon(
  lns: Float64Array,
  count: number,
  weights: Float64Array,
  common: Int32Array,
): void {
  const width = weights.length;
  for (let g = 0; g < width; g += CLASS_COUNT) {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0] = weights.subarray(g, g + CLASS_COUNT);
    for (let i = 0, at = g; i < count; i++, at += width) {
      const low = w0 * (common[at] ?? 0) + w1 * (common[at + 1] ?? 0);
      const middle = w2 * (common[at + 2] ?? 0) + w3 * (common[at + 3] ?? 0);
      const high = w4 * (common[at + 4] ?? 0) + w5 * (common[at + 5] ?? 0);
      lns[i] = (lns[i] ?? 0) + low + middle + high;
    }
  }
}

/**
 * Adds e^lns[i] to sums[from + i] for the first `count`, and gives what it added. The sets worth an
 * exponential are gathered first, in place: whether one is can be guessed by no branch predictor.
 */
export function addExponentials(
  lns: Float64Array,
  count: number,
  sums: Float64Array,
  from: number,
  places: Int32Array,
): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const ln = lns[i] ?? 0;
    lns[kept] = ln;
    places[kept] = from + i;
    kept += ln < LEAST_NATS ? 0 : 1;
  }
  let total = 0;
  for (let i = 0; i < kept; i++) {
    const e = Math.exp(Math.min(lns[i] ?? 0, MOST_NATS));
    const place = places[i] ?? 0;
    sums[place] = (sums[place] ?? 0) + e;
    total += e;
  }
  return total;
}
