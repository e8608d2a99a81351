import { DAY_MS, type Instant } from './instant.ts';

/** The longest time for which facts may be taken for known, milliseconds. */
export const LONGEST_TRANSITION_MS = 90 * DAY_MS;

/**
 * What two persons have said of a participant that a programme brought with it: facts of which
 * nothing is known yet are taken for shown, for a time. Facts that are known count as they are.
 */
export type Transition = {
  /** `agreement`, or `criterion:` and a criterion of the policy; never legal duties. */
  readonly accepts: readonly string[];
  /** In force from here (inclusive) to `expiresAt` (exclusive). */
  readonly from: Instant;
  readonly expiresAt: Instant;
};

const CRITERION = 'criterion:';

/** The words of what can be accepted under a policy with these criteria. */
export function acceptableFacts(criteria: readonly string[]): string[] {
  return ['agreement', ...criteria.map((name) => `${CRITERION}${name}`)];
}

/** The criterion that a word names; null: it names the agreement. */
export function criterionOf(fact: string): string | null {
  return fact.startsWith(CRITERION) ? fact.slice(CRITERION.length) : null;
}
