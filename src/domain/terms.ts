import type { UsePermission } from './artifact.ts';
import type { Instant } from './instant.ts';

/** Who of a recipient may have what it is given: its readers, all its own, or clients too. */
export const SHARING_LIMITS = ['readers', 'organisation', 'clients'] as const;
/** One of `SHARING_LIMITS`. */
export type SharingLimit = (typeof SHARING_LIMITS)[number];

/** Which machines may read it: none that learn, only its own, or others by an addendum. */
export const AI_LIMITS = ['none', 'own', 'external_by_addendum'] as const;
/** One of `AI_LIMITS`. */
export type AiLimit = (typeof AI_LIMITS)[number];

/**
 * What terms settle, as a machine reads it; the text says it in words. Null, or false: the text
 * does not speak of it.
 */
export type Clauses = {
  /** Nothing is used to attack anybody. */
  readonly noOffensiveUse: boolean;
  /** No alert permits its recipients more than these. */
  readonly usePermissions: readonly UsePermission[] | null;
  readonly sharingLimit: SharingLimit | null;
  readonly aiProcessing: AiLimit | null;
  /** Each reader has a copy of its own, which may be told from others. */
  readonly individualCopies: boolean;
};

/** One version of a programme's terms. */
export type TermsText = {
  /** From 1, in the order of publication. */
  readonly version: number;
  readonly text: string;
  readonly clauses: Clauses;
  /** How long an agreement to it holds from its countersignature, days. */
  readonly validDays: number;
};

/** Longest time for which an agreement may hold, days. */
export const MAX_VALID_DAYS = 3_650;
/** Longest text, UTF-16 units. */
export const MAX_TERMS_LENGTH = 100_000;

/**
 * By when (exclusive) an agreement that was signed before a version was published ends: what is
 * signed before cannot be about it. Null: the version leaves earlier agreements as they are.
 */
export type SignBy = Instant | null;

/** How the issuer answers an officer's signature. */
export const AGREEMENT_ANSWERS = ['countersigned', 'refused'] as const;
/** One of `AGREEMENT_ANSWERS`. */
export type AgreementAnswer = (typeof AGREEMENT_ANSWERS)[number];
