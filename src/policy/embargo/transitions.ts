import type { Embargo, EmbargoProposalId, InvitationId } from '../../domain/embargo.ts';
import type { Consent } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';

/**
 * What can happen to an embargo. `at`: when it happened, not after `now`. `keep` refuses the
 * proposal to end an embargo that exploitation has opened.
 */
export type EmbargoEvent =
  | { readonly kind: 'propose'; readonly proposal: EmbargoProposalId; readonly endsAt: Instant }
  | { readonly kind: 'accept'; readonly proposal: EmbargoProposalId }
  | { readonly kind: 'reject'; readonly proposal: EmbargoProposalId }
  | { readonly kind: 'agree_trigger' }
  | { readonly kind: 'end' }
  | { readonly kind: 'keep'; readonly reason: string }
  | { readonly kind: 'public'; readonly at: Instant }
  | { readonly kind: 'third_party'; readonly at: Instant }
  | { readonly kind: 'exploited'; readonly at: Instant }
  | { readonly kind: 'fix_ready'; readonly at: Instant }
  | { readonly kind: 'vendors_ready'; readonly ready: number; readonly affected: number }
  | { readonly kind: 'clock' };

/** What can happen to one participant's consent; `revised` and `exited` come from the embargo. */
export type ConsentEvent =
  | {
      readonly kind: 'invite';
      readonly invitation: InvitationId;
      /** When silence becomes a refusal; null: after the programme's own time. */
      readonly deadline: Instant | null;
    }
  | { readonly kind: 'accept'; readonly invitation: InvitationId }
  | { readonly kind: 'decline'; readonly invitation: InvitationId }
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'revised'; readonly endsAt: Instant }
  | { readonly kind: 'exited' }
  | { readonly kind: 'clock' };

/** Where an event can lead from each state; null: it has no place there. */
type Row<S extends string> = Readonly<Record<S, readonly S[] | null>>;

/**
 * The whole machine of an alert's embargo. Proposing, accepting, rejecting and terminating are
 * Vultron's transition function; what the world does (`public`, `exploited`) has its place in every
 * state. `docs/policy/embargo.md` shows the same table.
 */
export const EMBARGO_TRANSITIONS: Readonly<Record<EmbargoEvent['kind'], Row<Embargo>>> = {
  propose: {
    none: ['proposed'],
    proposed: ['proposed'],
    active: ['revise'],
    revise: ['revise'],
    exited: null,
  },
  accept: {
    none: null,
    proposed: ['active', 'revise'],
    active: null,
    revise: ['active', 'revise'],
    exited: null,
  },
  reject: {
    none: null,
    proposed: ['none', 'proposed'],
    active: null,
    revise: ['active', 'revise'],
    exited: null,
  },
  agree_trigger: { none: null, proposed: ['proposed'], active: null, revise: null, exited: null },
  end: { none: null, proposed: null, active: ['exited'], revise: ['exited'], exited: null },
  keep: { none: null, proposed: null, active: null, revise: ['active', 'revise'], exited: null },
  public: all(['exited']),
  third_party: all(['exited']),
  exploited: {
    none: ['exited'],
    proposed: ['exited'],
    active: ['revise'],
    revise: ['revise'],
    exited: ['exited'],
  },
  fix_ready: same(),
  vendors_ready: same(),
  clock: {
    none: ['none'],
    proposed: ['none', 'proposed'],
    active: ['active', 'exited'],
    revise: ['active', 'revise', 'exited'],
    exited: ['exited'],
  },
};

/** The whole machine of one participant's consent. */
export const CONSENT_TRANSITIONS: Readonly<Record<ConsentEvent['kind'], Row<Consent>>> = {
  invite: {
    no_embargo: ['invited'],
    invited: null,
    signatory: null,
    declined: ['invited'],
    lapsed: ['invited'],
  },
  accept: {
    no_embargo: null,
    invited: ['signatory'],
    signatory: null,
    declined: null,
    lapsed: null,
  },
  decline: {
    no_embargo: null,
    invited: ['declined'],
    signatory: null,
    declined: null,
    lapsed: null,
  },
  withdraw: {
    no_embargo: ['declined'],
    invited: null,
    signatory: ['declined'],
    declined: null,
    lapsed: ['declined'],
  },
  revised: {
    no_embargo: ['no_embargo'],
    invited: ['invited', 'lapsed'],
    signatory: ['signatory', 'lapsed'],
    declined: ['declined'],
    lapsed: ['lapsed'],
  },
  exited: {
    no_embargo: ['no_embargo'],
    invited: ['no_embargo'],
    signatory: ['signatory'],
    declined: ['declined'],
    lapsed: ['lapsed'],
  },
  clock: {
    no_embargo: ['no_embargo'],
    invited: ['invited', 'declined'],
    signatory: ['signatory'],
    declined: ['declined'],
    lapsed: ['lapsed'],
  },
};

function all(to: readonly Embargo[]): Row<Embargo> {
  return { none: to, proposed: to, active: to, revise: to, exited: to };
}

function same(): Row<Embargo> {
  return {
    none: ['none'],
    proposed: ['proposed'],
    active: ['active'],
    revise: ['revise'],
    exited: ['exited'],
  };
}

/** Passes an event that has its place in the state. @throws CONFLICT naming both. */
export function expectPlace<S extends string>(
  what: string,
  row: Row<S>,
  kind: string,
  state: S,
): void {
  if (row[state] !== null) return;
  const places = Object.entries(row).flatMap(([name, to]) => (to === null ? [] : [name]));
  throw new TocsinError(
    'CONFLICT',
    `${what}: expected ${places.join(' or ')} for "${kind}", found ${state}`,
  );
}
