import type { LegalDuty } from './enrolment.ts';
import type { Instant } from './instant.ts';

/** What has become of a statement; `superseded`: the member stated something newer. */
export const STATEMENT_STATES = ['asserted', 'attested', 'refused', 'superseded'] as const;
/** One of `STATEMENT_STATES`. */
export type StatementState = (typeof STATEMENT_STATES)[number];

/** How another organisation stands to a member. */
export const AFFILIATIONS = ['owner', 'parent', 'subsidiary', 'other'] as const;
/** One of `AFFILIATIONS`. */
export type Affiliation = (typeof AFFILIATIONS)[number];

/** Facts as a member states them of itself; null: it says nothing of them. */
export type StatedFacts = {
  /** Where it is subject to law, in its own words. */
  readonly jurisdictions: readonly string[] | null;
  /** Its legal duties, each with the law cited, and until when that holds. */
  readonly duties: { readonly items: readonly LegalDuty[]; readonly expiresAt: Instant } | null;
  readonly affiliates: readonly { readonly name: string; readonly relation: Affiliation }[] | null;
  /** By their codes in the pack. */
  readonly products: readonly string[] | null;
  /** Addresses, in lower case. */
  readonly contacts: readonly string[] | null;
  /** By which calendar of the pack it keeps its holidays. */
  readonly calendar: string | null;
  /** Longest embargo that its own policy keeps, milliseconds. */
  readonly maxEmbargoMs: number | null;
};
