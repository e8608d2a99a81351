import type { Role, Standing, Tier } from '../../domain/enrolment.ts';

/**
 * What a criterion asks. `minimum`: a number of at least so many; `must_not`: does none of these;
 * `one_of`: does one of these; `attestation`: states it; `sponsor`: a member vouches;
 * `not_rebuild`: ships no rebuild of a member's product; `role_address`: takes alerts at a team's
 * address.
 */
export const CRITERION_KINDS = [
  'minimum',
  'must_not',
  'one_of',
  'attestation',
  'sponsor',
  'not_rebuild',
  'role_address',
] as const;
/** One of `CRITERION_KINDS`. */
export type CriterionKind = (typeof CRITERION_KINDS)[number];

/** Who has to have looked at evidence; `public_list`: it stands in a list that anybody can read. */
export const CHECKERS = ['applicant', 'sponsor', 'reviewer', 'public_list'] as const;
/** One of `CHECKERS`. */
export type Checker = (typeof CHECKERS)[number];

/** What follows when a member's evidence has expired: a standing, or persons look at it. */
export const LAPSES = ['removed', 'restricted', 'review'] as const;
/** One of `LAPSES`. */
export type Lapse = (typeof LAPSES)[number];

/** What evidence a criterion needs. */
export type EvidenceRule = {
  readonly checkedBy: Checker;
  /** How long after it was shown it is good for, milliseconds; null: until its own end, if any. */
  readonly validMs: number | null;
  readonly onExpiry: Lapse;
};

/** A criterion's question, by its kind. */
export type Question =
  | { readonly kind: 'minimum'; readonly least: number }
  /** `words`: for `role_address`, words that a team's address has one of. */
  | { readonly kind: 'must_not' | 'one_of' | 'role_address'; readonly words: readonly string[] }
  | { readonly kind: 'attestation' | 'sponsor' | 'not_rebuild' };

/** One criterion of a pack. */
export type Criterion = Question & {
  /** Its name in the pack, and in `principal.criteria` of release rules. */
  readonly code: string;
  /** What it asks, in the programme's words. */
  readonly says: string;
  /** The classes it is asked of; empty: everybody. */
  readonly of: readonly Role[];
  /** Null: the applicant's answer is enough. */
  readonly evidence: EvidenceRule | null;
  /** Whether a person may admit somebody who fails it, with a reason. */
  readonly exceptions: boolean;
  /** Whether release rules of the pack ask for it. */
  readonly gatesRelease: boolean;
};

/** How a member keeps its standing. */
export type ReviewRule = {
  /** Milliseconds from one qualification to the next. */
  readonly everyMs: number;
  /** Milliseconds from then on in which it can still be made up for. */
  readonly graceMs: number;
  /** A review opens after `alerts` in a row with a value score below `least`; null: never. */
  readonly value: { readonly least: number; readonly alerts: number } | null;
};

/** The `eligibility:` section of `programme.yaml`. */
export type EligibilitySection = {
  /** The classes that may apply, with their seats; null: any number. */
  readonly seats: ReadonlyMap<Role, number | null>;
  readonly criteria: readonly Criterion[];
  /** Null: standing is not reviewed by the calendar. */
  readonly review: ReviewRule | null;
  /** The tier in which every applicant begins; null: the issuer says which. */
  readonly joinsAt: Tier | null;
};

/** Standings that hold a seat: a suspended member may come back to it. */
export const SEATED: readonly Standing[] = ['active', 'restricted', 'suspended'];

/** Codes of the criteria that release rules may ask for as `principal.criteria.<code>`. */
export function releaseCriteria(section: EligibilitySection): string[] {
  return section.criteria.filter((each) => each.gatesRelease).map((each) => each.code);
}
