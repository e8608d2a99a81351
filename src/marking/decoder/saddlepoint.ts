import type { Statistic } from './statistic.ts';

/**
 * Beyond this tilt the tilted distribution sits on the largest score; it also keeps e^(t·gain) far
 * from overflow for the gains of this code (at most ~6 nats).
 */
const MAX_TILT = 60;

/** Halvings of [0, MAX_TILT]: enough for a double's precision. */
const BISECTIONS = 60;

/**
 * Below this the Lugannani–Rice formula cancels catastrophically; the tail is about one half there.
 */
const SMALLEST_ROOT = 0.05;

/**
 * The cumulant generating function of the score of somebody who took no part, and two derivatives.
 */
type Cumulants = { readonly value: number; readonly mean: number; readonly variance: number };

function cumulants({ classes, base, gains }: Statistic, tilt: number): Cumulants {
  let value = tilt * base;
  let mean = base;
  let variance = 0;
  for (const [g, { p, n }] of classes.entries()) {
    const gain = gains[g] ?? 0;
    const one = p * Math.exp(tilt * gain);
    const share = one / (one + 1 - p);
    value += n * Math.log(one + 1 - p);
    mean += n * gain * share;
    variance += n * gain * gain * share * (1 - share);
  }
  return { value, mean, variance };
}

/**
 * The tilt at which the tilted mean is `score`: K'(t) = score, for t between 0 and MAX_TILT, and
 * the nearer end where there is none.
 */
export function tiltFor(statistic: Statistic, score: number): number {
  return bisect((tilt) => cumulants(statistic, tilt).mean < score);
}

/**
 * The tilt at which Chernoff's bound is e^lnBound, between 0 and MAX_TILT; the end where none is.
 */
export function tiltAt(statistic: Statistic, lnBound: number): number {
  return bisect((tilt) => {
    const { value, mean } = cumulants(statistic, tilt);
    return value - tilt * mean > lnBound;
  });
}

/**
 * ln of Chernoff's bound on P(S ≥ score), from above for every score: rigorous, about a decade
 * high.
 */
export function lnChernoff(statistic: Statistic, score: number): number {
  const tilt = tiltFor(statistic, score);
  return cumulants(statistic, tilt).value - tilt * score;
}

/**
 * ln of the Lugannani–Rice approximation of P(S ≥ score). For screening and prediction only: it is
 * off by up to .67 decade where the score moves on a lattice. Scores below the mean give ln ½.
 */
export function lnSaddlepoint(statistic: Statistic, score: number): number {
  return lnTailAt(statistic, tiltFor(statistic, score));
}

/**
 * About the score that somebody who took no part reaches with probability e^lnLevel. −∞ near level
 * 1.
 */
export function screeningScore(statistic: Statistic, lnLevel: number): number {
  if (lnLevel >= Math.log(0.4)) return Number.NEGATIVE_INFINITY;
  const tilt = bisect((t) => lnTailAt(statistic, t) > lnLevel);
  return cumulants(statistic, tilt).mean;
}

/**
 * Lugannani and Rice, Advances in Applied Probability 12 (1980), at the score whose tilt is `tilt`;
 * Chernoff's bound where it is smaller, as at the largest score, where the variance vanishes.
 */
function lnTailAt(statistic: Statistic, tilt: number): number {
  const { value, mean, variance } = cumulants(statistic, tilt);
  const root = Math.sqrt(Math.max(0, 2 * (tilt * mean - value)));
  if (root < SMALLEST_ROOT) return Math.log(0.5);
  const lnBound = -0.5 * root * root;
  const bracket = millsRatio(root) + 1 / (tilt * Math.sqrt(variance)) - 1 / root;
  if (bracket <= 0) return lnBound;
  return Math.min(lnBound, lnBound - 0.5 * Math.log(2 * Math.PI) + Math.log(bracket));
}

/**
 * Q(r)/φ(r) of the normal distribution for r > 0: by its series when small, else by continued
 * fraction.
 */
export function millsRatio(r: number): number {
  if (r > 3) {
    let fraction = r;
    for (let k = 60; k >= 1; k--) fraction = r + k / fraction;
    return 1 / fraction;
  }
  let term = r;
  let sum = r;
  for (let k = 1; k < 60; k++) {
    term *= (r * r) / (2 * k + 1);
    sum += term;
  }
  return Math.sqrt(Math.PI / 2) * Math.exp((r * r) / 2) - sum;
}

/** The end of the initial stretch of [0, MAX_TILT] on which `below` holds. */
function bisect(below: (tilt: number) => boolean): number {
  let low = 0;
  let high = MAX_TILT;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (below(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
