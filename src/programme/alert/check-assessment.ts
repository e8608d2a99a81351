import { invalid } from '../../domain/errors.ts';
import type { Assessment } from '../../domain/vulnerability.ts';
import type { Policy } from '../../policy/policy.ts';
import { OTHER_PRODUCT } from '../../policy/vocabulary.ts';

/** @throws INVALID_INPUT naming the field. */
export function checkAssessment(policy: Policy, { score, products }: Assessment): void {
  const inTenths = score === null || (score >= 0 && score <= 10 && isTenths(score));
  if (!inTenths) throw invalid('score', '0 to 10 with one decimal, or null', score);
  const known = [...policy.products, OTHER_PRODUCT];
  for (const [i, product] of products.entries()) {
    if (!known.includes(product))
      throw invalid(`products[${i}]`, `one of ${known.join(', ')}`, product);
  }
}

function isTenths(score: number): boolean {
  return Math.abs(score * 10 - Math.round(score * 10)) < 1e-9;
}
