import type { Role } from './enrolment.ts';
import type { ParticipantId, PersonId, ReaderId } from './ids.ts';
import type { Instant } from './instant.ts';

/** What has become of an application. */
export const APPLICATION_STATES = ['open', 'accepted', 'refused'] as const;
/** One of `APPLICATION_STATES`. */
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** An applicant's own answer. It knows no ids: whose product it rebuilds, it says by name. */
export type StatedAnswer =
  | { readonly form: 'number'; readonly value: number }
  | { readonly form: 'words'; readonly words: readonly string[] }
  | { readonly form: 'yes'; readonly value: boolean }
  | { readonly form: 'rebuild'; readonly of: string | null }
  | { readonly form: 'address'; readonly address: string; readonly notForwarded: boolean };

/** What an applicant shows for an answer, in words and where to look. */
export type ShownEvidence = {
  readonly text: string;
  /** An https URL; null: none. */
  readonly link: string | null;
  /** Its own end (exclusive); null: it has none. */
  readonly expiresAt: Instant | null;
};

/** Evidence as kept: when it was shown, who looked at it, and as what. */
export type CheckedEvidence = ShownEvidence & {
  readonly shownAt: Instant;
  /** A checker of the pack's words; null: nobody yet. */
  readonly checkedBy: 'applicant' | 'sponsor' | 'reviewer' | 'public_list' | null;
  /** The person or reader who did; null: nobody, or the applicant. */
  readonly by: PersonId | ReaderId | null;
  /** The digest of what they looked at: of other evidence it is no check. Null: nobody did. */
  readonly seen: string | null;
};

/** An answer with its evidence, as kept. */
export type KeptAnswer = { readonly said: StatedAnswer; readonly evidence: CheckedEvidence | null };

/** A member's word for an applicant. */
export type Vouch = {
  readonly member: ParticipantId;
  readonly reader: ReaderId;
  /** SHA-256, hex, of the signing key of who vouched: one key is one human, under any name. */
  readonly key: string;
  readonly at: Instant;
};

/** All that is known of an application. */
export type ApplicationContent = {
  readonly name: string;
  /** Where its people are written to, in lower case. */
  readonly contact: string;
  readonly roles: readonly Role[];
  readonly products: readonly string[];
  /** By the criterion's code. */
  readonly answers: Readonly<Record<string, KeptAnswer>>;
  readonly exceptions: Readonly<
    Record<string, { readonly approver: PersonId; readonly reason: string }>
  >;
  readonly vouches: readonly Vouch[];
};
