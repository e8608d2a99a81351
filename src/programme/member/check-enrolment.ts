import type { Enrolment } from '../../domain/enrolment.ts';
import { invalid } from '../../domain/errors.ts';
import type { Policy } from '../../policy/policy.ts';
import { OTHER_PRODUCT } from '../../policy/vocabulary.ts';

/**
 * Checks that an enrolment names only what the policy in force knows: with any other word the
 * participant would get nothing, and nobody would see why.
 * @throws INVALID_INPUT naming the field.
 */
export function checkEnrolment(policy: Policy, { tier, profile }: Enrolment): void {
  checkWord('enrolment.tier', policy.tiers, tier);
  for (const [i, product] of profile.products.entries()) {
    checkWord(`enrolment.profile.products[${i}]`, [...policy.products, OTHER_PRODUCT], product);
  }
  for (const criterion of Object.keys(profile.criteria)) {
    checkWord('enrolment.profile.criteria', policy.criteria, criterion);
  }
}

function checkWord(field: string, known: readonly string[], word: string): void {
  if (known.includes(word)) return;
  const expected =
    known.length === 0 ? 'none, for the policy in force names none' : `one of ${known.join(', ')}`;
  throw invalid(field, expected, word);
}
