import type { Id } from './ids.ts';
import type { Instant } from './instant.ts';

/**
 * What an alert's embargo is in, after CERT/CC's Vultron (EM model). It is in force in `active`,
 * and in `revise`: there another end, or ending at once, is being asked about. `exited` is final:
 * no embargo can be opened again.
 */
export const EMBARGOES = ['none', 'proposed', 'active', 'revise', 'exited'] as const;
/** One of `EMBARGOES`. */
export type Embargo = (typeof EMBARGOES)[number];

/** A proposed end of an embargo. */
export type EmbargoProposalId = Id<'embargo_proposal'>;
/** An invitation to consent to an embargo. */
export type InvitationId = Id<'invitation'>;

/** An open proposal: the embargo should end at `endsAt`. */
export type EmbargoProposal = { readonly id: EmbargoProposalId; readonly endsAt: Instant };

/** What was agreed: in force from `startedAt` (inclusive) until `endsAt` (exclusive). */
export type EmbargoTerms = { readonly startedAt: Instant; readonly endsAt: Instant };

/** A proposal to end at once, open since `askedAt`; without an answer it holds at `dueAt`. */
export type EmbargoEnding = { readonly askedAt: Instant; readonly dueAt: Instant };

/**
 * Why an embargo is over: its agreed end came; its time without a fix ran out; details or an
 * exploit are public; the vulnerability is exploited; persons ended it early.
 */
export const EXIT_REASONS = ['expired', 'no_fix', 'public', 'exploited', 'agreed'] as const;
/** One of `EXIT_REASONS`. */
export type ExitReason = (typeof EXIT_REASONS)[number];

/** What holds of an embargo in every state. */
export type EmbargoRecord = {
  /** When the first fix was ready; null: there is none yet. */
  readonly fixReadyAt: Instant | null;
  /**
   * Whether it was agreed before the start that the proof of concept opens once somebody outside
   * publishes, and whether that has happened.
   */
  readonly pocTrigger: 'unset' | 'agreed' | 'fired';
};

/** The embargo of one alert. */
export type EmbargoState = EmbargoRecord &
  (
    | { readonly status: 'none' }
    | { readonly status: 'proposed'; readonly proposals: readonly EmbargoProposal[] }
    | { readonly status: 'active'; readonly terms: EmbargoTerms }
    | {
        readonly status: 'revise';
        readonly terms: EmbargoTerms;
        readonly proposals: readonly EmbargoProposal[];
        readonly ending: EmbargoEnding | null;
      }
    | { readonly status: 'exited'; readonly at: Instant; readonly reason: ExitReason }
  );

/** The embargo of an alert of which nobody has proposed one. */
export const NO_EMBARGO: EmbargoState = { status: 'none', fixReadyAt: null, pocTrigger: 'unset' };

/** How a participant came to be outside an embargo it was asked to keep. */
export const REFUSALS = ['answer', 'silence', 'withdrawal'] as const;
/** One of `REFUSALS`. */
export type Refusal = (typeof REFUSALS)[number];

/**
 * The consent of one participant to the embargo of one alert; `until` is the end of the embargo it
 * was shown. `lapsed`: longer terms were agreed since than it has accepted, or was invited to.
 */
export type ConsentState =
  | { readonly consent: 'no_embargo' }
  | {
      readonly consent: 'invited';
      readonly invitation: InvitationId;
      readonly until: Instant;
      /** From here on, silence is a refusal. */
      readonly deadline: Instant;
    }
  | { readonly consent: 'signatory'; readonly until: Instant }
  | { readonly consent: 'declined'; readonly by: Refusal }
  | { readonly consent: 'lapsed'; readonly until: Instant };

/**
 * How an invitation ended. `silence`: nobody answered by its deadline; `overtaken`: what it asked
 * for was settled otherwise, or longer terms were agreed.
 */
export const INVITATION_ANSWERS = ['accept', 'decline', 'silence', 'overtaken'] as const;
/** One of `INVITATION_ANSWERS`. */
export type InvitationAnswer = (typeof INVITATION_ANSWERS)[number];

/** Everything an invitation shows: nothing of the alert but until when silence is asked for. */
export type InvitationNotice = {
  readonly invitation: InvitationId;
  readonly terms: { readonly until: Instant };
  readonly deadline: Instant;
};
