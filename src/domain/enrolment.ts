import type { Instant } from './instant.ts';
import type { Transition } from './transition.ts';

/**
 * A programme's level of earliness. The names are the pack's (`validate`, `ans`, `entry` in
 * `mapp`).
 */
export type Tier = string;

/** The ladder of a participant's standing; only `active` is served. */
export const STANDINGS = [
  'applicant',
  'active',
  'restricted',
  'suspended',
  'removed',
  'withdrawn',
] as const;
/** One of `STANDINGS`. */
export type Standing = (typeof STANDINGS)[number];

/** What sets a legal duty to report off, what it covers, and to whom it is owed. */
export const DUTY_TRIGGERS = ['any_known', 'actively_exploited', 'incident'] as const;
export const DUTY_SCOPES = ['any', 'own_product'] as const;
export const DUTY_RECIPIENTS = ['government', 'csirt', 'regulator'] as const;

/** One legal duty to report, as a sourced fact (never inferred from a country). */
export type LegalDuty = {
  readonly law: string;
  readonly trigger: (typeof DUTY_TRIGGERS)[number];
  readonly scope: (typeof DUTY_SCOPES)[number];
  readonly recipient: (typeof DUTY_RECIPIENTS)[number];
  /**
   * Time the duty leaves before the report is due, in milliseconds; null where the law names none.
   */
  readonly clockMs: number | null;
};

/** Who vouches for the duty facts as a whole. `none`: nobody does, so they bind nobody. */
export const DUTY_PROVENANCES = ['attested', 'assessed', 'disputed', 'none'] as const;
export type DutyProvenance = (typeof DUTY_PROVENANCES)[number];

/**
 * What is known of a participant's legal duties. An empty `duties` with provenance is a statement
 * too.
 */
export type DutyFacts =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'stated';
      readonly duties: readonly LegalDuty[];
      readonly provenance: DutyProvenance;
      readonly expiresAt: Instant;
    };

/** An agreement is in force from `signedAt` (inclusive) until `expiresAt` (exclusive). */
export type AgreementFacts = {
  readonly signedAt: Instant;
  readonly expiresAt: Instant;
} | null;

/** `standing`: the agreement consents to every embargo; `per_alert`: each is asked for. */
export const CONSENT_MODES = ['standing', 'per_alert'] as const;
/** One of `CONSENT_MODES`. */
export type ConsentMode = (typeof CONSENT_MODES)[number];

/** Consent of one participant to the embargo of one alert. */
export const CONSENTS = ['no_embargo', 'invited', 'signatory', 'declined', 'lapsed'] as const;
export type Consent = (typeof CONSENTS)[number];

/** What a participant is to the programme; it may be several things. */
export const ROLES = [
  'vendor',
  'distributor',
  'security_provider',
  'end_user',
  'cert',
  'coordinator',
  'aggregator',
  'upstream',
] as const;
/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** What may be agreed in addition to the programme's agreement. */
export const ADDENDA = ['aggregator', 'external_ai'] as const;
/** One of `ADDENDA`. */
export type Addendum = (typeof ADDENDA)[number];

/** What evidence and declarations say of a participant. */
export type Profile = {
  readonly roles: readonly Role[];
  /** Products or platforms it ships or protects, by their codes in the pack. */
  readonly products: readonly string[];
  /** Until when (exclusive) each criterion of the pack is shown by evidence; absent: it is not. */
  readonly criteria: Readonly<Record<string, Instant>>;
  readonly addenda: readonly Addendum[];
  /** Longest embargo the participant's own policy keeps, milliseconds; null: any. */
  readonly maxEmbargoMs: number | null;
};

/** A participant that has shown nothing. */
export const NO_PROFILE: Profile = {
  roles: [],
  products: [],
  criteria: {},
  addenda: [],
  maxEmbargoMs: null,
};

/**
 * What one participant is to one alert. `reporter`: it found the vulnerability; `conflicted`: the
 * person who coordinates the alert works for it.
 */
export const INVOLVEMENTS = ['none', 'reporter', 'upstream', 'conflicted'] as const;
/** One of `INVOLVEMENTS`. */
export type Involvement = (typeof INVOLVEMENTS)[number];

/** A participant in a programme: everything the release decision may know of it. */
export type Enrolment = {
  readonly tier: Tier;
  readonly standing: Standing;
  readonly duty: DutyFacts;
  readonly agreement: AgreementFacts;
  readonly consentMode: ConsentMode;
  readonly profile: Profile;
  /** Facts that are taken for shown for a time; absent: none. No part of what is stated of it. */
  readonly transition?: Transition;
};

/** The facts that are stated of an enrolment: without what stands in for missing ones. */
export function statedFacts({ transition: _, ...facts }: Enrolment): Enrolment {
  return facts;
}
