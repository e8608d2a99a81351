/** What a p-value has to pay for before it may name anybody. */
export type Budget = { readonly cap: number; readonly look: number; readonly alpha: number };

/**
 * ln of what a p-value is multiplied by: the cap, and 4π²n²/6 at the n-th look. Over all looks that
 * spends a quarter of alpha. Another quarter belongs to pooled p-values at the same price, and half
 * to accumulated evidence (tracing §11.3).
 */
export function lnPrice({ cap, look }: Pick<Budget, 'cap' | 'look'>): number {
  return Math.log(cap) + Math.log((4 * Math.PI ** 2 * look ** 2) / 6);
}

/** The evidence about one candidate at one look, each null where there is none of its kind. */
export type Evidence = {
  /** ln of the p-value of the sample at hand. */
  readonly lnCase: number | null;
  /** ln of the p-value over all slots of all alerts together. */
  readonly lnPooled: number | null;
  /** ln of the product of factors over all alerts. */
  readonly lnE: number | null;
};

/**
 * ln of min(p_case·N·4π²n²/6, p_pooled·N·4π²n²/6, 2N/E), at most 0: a name needs ln alpha or less.
 * Over a programme's life any of `cap` recipients who took no part is named with probability alpha
 * at most: a quarter and a quarter over all looks by the union bound, half by Ville's inequality,
 * which needs no correction for looks.
 */
export function lnCorrected(
  budget: Pick<Budget, 'cap' | 'look'>,
  { lnCase, lnPooled, lnE }: Evidence,
): number {
  const price = lnPrice(budget);
  return Math.min(
    0,
    (lnCase ?? 0) + price,
    (lnPooled ?? 0) + price,
    Math.log(2 * budget.cap) - (lnE ?? 0),
  );
}

/** From here on the tail of Σ 1/n² is taken from its expansion; the next term is below 1e-8. */
const FAR = 32;

/** The part of alpha, from 0 to 1, that all looks from the n-th on may still spend on p-values. */
export function budgetLeft(look: number): number {
  const far = Math.max(look, FAR);
  // Euler and Maclaurin: Σ from k on of 1/n² = 1/k + 1/2k² + 1/6k³ − …
  let left = 1 / far + 1 / (2 * far ** 2) + 1 / (6 * far ** 3);
  for (let n = look; n < FAR; n++) left += 1 / n ** 2;
  return (6 / Math.PI ** 2) * left;
}
