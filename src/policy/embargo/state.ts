import type {
  EmbargoEnding,
  EmbargoProposal,
  EmbargoRecord,
  EmbargoState,
  EmbargoTerms,
  ExitReason,
} from '../../domain/embargo.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ConsentEvent } from './transitions.ts';

/**
 * What a transition asks of whoever applies it, in the same transaction. `set_disclosure`: T0 is
 * now `at`. `disclose_by`: T0 is `at`, unless it is earlier already. `ask`: persons decide; the
 * embargo of what is exploited ends at `dueAt` if they do not. `suggest_end`: nothing happens
 * unless persons want it. `open_poc`: the proof of concept may go to everybody from `at` on.
 * `consents`: step the consent of every participant with this event.
 */
export type EmbargoEffect =
  | { readonly do: 'set_disclosure'; readonly at: Instant }
  | { readonly do: 'disclose_by'; readonly at: Instant }
  | { readonly do: 'ask'; readonly question: 'END_EXPLOITED'; readonly dueAt: Instant }
  | { readonly do: 'ask'; readonly question: 'DISCLOSE_WITHOUT_FIX'; readonly dueAt: null }
  | { readonly do: 'suggest_end'; readonly ready: number; readonly affected: number }
  | { readonly do: 'open_poc'; readonly at: Instant }
  | { readonly do: 'consents'; readonly event: ConsentEvent };

/** The state after an event, and what is to be done about it. */
export type EmbargoStep = {
  readonly state: EmbargoState;
  readonly effects: readonly EmbargoEffect[];
};

/** What of an embargo may still change, whichever state it is in. */
export type EmbargoParts = EmbargoRecord & {
  readonly terms: EmbargoTerms | null;
  readonly proposals: readonly EmbargoProposal[];
  readonly ending: EmbargoEnding | null;
};

/** An embargo that is over. */
export type ExitedEmbargo = Extract<EmbargoState, { readonly status: 'exited' }>;
/** An embargo that is not over, if there is one. */
export type OpenEmbargo = Exclude<EmbargoState, ExitedEmbargo>;

/** The embargo taken apart. */
export function partsOf(state: OpenEmbargo): EmbargoParts {
  const { fixReadyAt, pocTrigger } = state;
  return {
    fixReadyAt,
    pocTrigger,
    terms: 'terms' in state ? state.terms : null,
    proposals: 'proposals' in state ? state.proposals : [],
    ending: 'ending' in state ? state.ending : null,
  };
}

/** The state that has these parts: whether something is open decides its name. */
export function stateOf(parts: EmbargoParts): OpenEmbargo {
  const { fixReadyAt, pocTrigger, terms, proposals, ending } = parts;
  if (terms !== null) {
    return proposals.length === 0 && ending === null
      ? { status: 'active', fixReadyAt, pocTrigger, terms }
      : { status: 'revise', fixReadyAt, pocTrigger, terms, proposals, ending };
  }
  if (proposals.length > 0) return { status: 'proposed', fixReadyAt, pocTrigger, proposals };
  // What was agreed for an embargo that never began binds nobody.
  return { status: 'none', fixReadyAt, pocTrigger: 'unset' };
}

/**
 * The end of an embargo at `at`. Without agreed terms nothing was promised, and so nothing is
 * triggered. Termination removes a constraint; it is the effects beside it that disclose.
 */
export function exited(parts: EmbargoParts, at: Instant, reason: ExitReason): ExitedEmbargo {
  const pocTrigger = parts.terms === null ? 'unset' : parts.pocTrigger;
  return { status: 'exited', fixReadyAt: parts.fixReadyAt, pocTrigger, at, reason };
}

/** What the end of an embargo means for every participant's consent. */
export const CONSENTS_EXIT: EmbargoEffect = { do: 'consents', event: { kind: 'exited' } };
