import type { ArtifactKind, Assurance, Variant } from './artifact.ts';
import type { Consent, Enrolment, Involvement } from './enrolment.ts';
import type { Schedule } from './schedule.ts';
import type { VulnerabilityFacts } from './vulnerability.ts';

/** The two questions a policy answers: the artifact itself, or the reduced variant in its place. */
export const ACTIONS = ['release', 'releaseReduced'] as const;
export type Action = (typeof ACTIONS)[number];

/** What a decision comes to: all of it, the reduced variant in its place, a person's look, no. */
export const OUTCOMES = ['allow', 'allow_reduced', 'hold', 'deny'] as const;
/** One of `OUTCOMES`. */
export type Outcome = (typeof OUTCOMES)[number];

/** Why a decision came out as it did. The issuer's until the alert is visible to the caller. */
export const REASON_CODES = [
  'LEAD_OPEN',
  'DISCLOSED',
  'PUBLIC_DOCUMENT',
  'REDUCED_VARIANT',
  'TOO_EARLY',
  'NOT_PUBLIC',
  'STANDING',
  'AGREEMENT_NOT_IN_FORCE',
  'NO_CONSENT',
  'LEGAL_DUTY',
  'DUTY_FACTS_UNKNOWN',
  'DUTY_FACTS_UNATTESTED',
  'DUTY_FACTS_EXPIRED',
  'CRITERION_LAPSED',
  'ADDENDUM_MISSING',
  'CONFLICT_OF_INTEREST',
  'NOT_AFFECTED_PLATFORM',
  'SEVERITY_TOO_LOW',
  'FIX_NOT_READY',
  'NO_EMBARGO_POSSIBLE',
  'OWN_EMBARGO_LIMIT',
  'CONFIDENTIALITY_IN_DOUBT',
  'PLATFORM_COMPROMISED',
  'KIND_WITHHELD',
  'REDUCED_ONLY',
  'NOT_SEALED',
  'NO_RULE',
  'HELD_FOR_REVIEW',
  'POLICY_ERROR',
  'CLOCK_DOUBT',
  'TRANSITION_LAPSED',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** One cause of a decision. */
export type Reason = {
  readonly code: ReasonCode;
  /** `@id` of the policy that decided; empty when no policy matched. */
  readonly policy: string;
};

/** The answer to one question, with every cause of it. */
export type Decision = {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
};

/** Whether what Tocsin itself runs on can be trusted with what it holds. */
export const PLATFORM_STATES = ['sound', 'compromised'] as const;
/** One of `PLATFORM_STATES`. */
export type PlatformState = (typeof PLATFORM_STATES)[number];

/**
 * Who asks: anybody at all, or a participant with its enrolment, its consent to this alert's
 * embargo, what it is to this alert, and whether its confidentiality is in doubt.
 */
export type PrincipalFacts =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'participant';
      readonly enrolment: Enrolment;
      readonly consent: Consent;
      readonly involvement: Involvement;
      readonly doubted: boolean;
    };

/** Everything a release decision may depend on, besides the policy and the instant. */
export type ReleaseFacts = {
  readonly principal: PrincipalFacts;
  readonly artifact: { readonly kind: ArtifactKind; readonly variant: Variant };
  readonly vulnerability: VulnerabilityFacts;
  readonly schedule: Schedule;
  readonly assurance: Assurance;
  readonly platform: PlatformState;
};

/**
 * What a decision comes to for an artifact that has, or lacks, a linked reduced variant: without
 * one nothing can be handed out in its place.
 */
export function effectiveDecision(decision: Decision, hasReduced: boolean): Decision {
  if (decision.outcome !== 'allow_reduced' || hasReduced) return decision;
  return { outcome: 'deny', reasons: decision.reasons };
}
