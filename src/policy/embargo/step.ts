import type { EmbargoProposalId, EmbargoState, ExitReason } from '../../domain/embargo.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { formatInstant, type Instant, plus } from '../../domain/instant.ts';
import { clock } from './clock.ts';
import { takeShortest, without } from './proposals.ts';
import type { EmbargoRules } from './rules.ts';
import {
  CONSENTS_EXIT,
  type EmbargoEffect,
  type EmbargoParts,
  type EmbargoStep,
  type ExitedEmbargo,
  exited,
  type OpenEmbargo,
  partsOf,
  stateOf,
} from './state.ts';
import { EMBARGO_TRANSITIONS, type EmbargoEvent, expectPlace } from './transitions.ts';

/**
 * Steps the embargo of one alert. What the clock has brought about by `now` comes first, so that
 * an answer after its time finds the embargo ended, however late the worker is.
 * @throws CONFLICT for an event without a place in the state, naming both, and for a proposal that
 * is not open, is open already, or is not the shortest; INVALID_INPUT for an instant on the wrong
 * side of `now`, a refusal without a reason, or counts that cannot be.
 */
export function stepEmbargo(
  rules: EmbargoRules,
  before: EmbargoState,
  event: EmbargoEvent,
  now: Instant,
): EmbargoStep {
  const due = clock(rules, before, now);
  const { state } = due;
  expectPlace('embargo', EMBARGO_TRANSITIONS[event.kind], event.kind, state.status);
  const next =
    state.status === 'exited' ? stepExited(state, event, now) : stepOpen(rules, state, event, now);
  return { state: next.state, effects: [...due.effects, ...next.effects] };
}

function stepOpen(
  rules: EmbargoRules,
  state: OpenEmbargo,
  event: EmbargoEvent,
  now: Instant,
): EmbargoStep {
  const parts = partsOf(state);
  switch (event.kind) {
    case 'clock':
      return { state, effects: [] };
    case 'propose':
      return propose(parts, event.proposal, event.endsAt, now);
    case 'accept':
      return accept(parts, event.proposal, now);
    case 'reject':
      return quietly({ ...parts, proposals: without(parts.proposals, event.proposal) });
    case 'agree_trigger':
      return quietly({ ...parts, pocTrigger: 'agreed' });
    case 'end':
      return exit(parts, now, parts.ending === null ? 'agreed' : 'exploited');
    case 'keep':
      return keep(parts, event.reason);
    case 'public':
      return exit(parts, happened(event.at, now), 'public');
    case 'third_party':
      return publish(exit(parts, happened(event.at, now), 'public'), event.at);
    case 'exploited':
      return exploit(rules, parts, happened(event.at, now), now);
    case 'fix_ready':
      return quietly({ ...parts, fixReadyAt: first(parts.fixReadyAt, happened(event.at, now)) });
    case 'vendors_ready':
      return { state, effects: suggest(rules, parts, event.ready, event.affected) };
  }
}

/** Once an embargo is over, only what the world does has a place. */
function stepExited(state: ExitedEmbargo, event: EmbargoEvent, now: Instant): EmbargoStep {
  switch (event.kind) {
    case 'public':
      return { state, effects: [{ do: 'disclose_by', at: happened(event.at, now) }] };
    case 'third_party': {
      const at = happened(event.at, now);
      return publish({ state, effects: [{ do: 'disclose_by', at }] }, at);
    }
    case 'fix_ready': {
      const fixReadyAt = first(state.fixReadyAt, happened(event.at, now));
      return { state: { ...state, fixReadyAt }, effects: [] };
    }
    default:
      return { state, effects: [] };
  }
}

function propose(
  parts: EmbargoParts,
  proposal: EmbargoProposalId,
  endsAt: Instant,
  now: Instant,
): EmbargoStep {
  if (endsAt <= now) throw invalid('endsAt', 'an end after now', formatInstant(endsAt));
  if (parts.proposals.some(({ id }) => id === proposal)) {
    throw new TocsinError('CONFLICT', 'proposal: expected a new id, found one that is open');
  }
  return quietly({ ...parts, proposals: [...parts.proposals, { id: proposal, endsAt }] });
}

/** The shortest wins; what else is open stays open as a revision of what is agreed now. */
function accept(parts: EmbargoParts, proposal: EmbargoProposalId, now: Instant): EmbargoStep {
  const { endsAt } = takeShortest(parts.proposals, proposal);
  const startedAt = parts.terms?.startedAt ?? now;
  const state = stateOf({
    ...parts,
    terms: { startedAt, endsAt },
    proposals: without(parts.proposals, proposal),
  });
  const effects: EmbargoEffect[] = [{ do: 'set_disclosure', at: endsAt }];
  if (parts.terms !== null) effects.push({ do: 'consents', event: { kind: 'revised', endsAt } });
  return { state, effects };
}

/**
 * Exploitation opens a proposal to end; the default is yes. What never began cannot begin any more
 * (Vultron: no embargo is proposed on what is exploited). [R54]
 */
function exploit(rules: EmbargoRules, parts: EmbargoParts, at: Instant, now: Instant): EmbargoStep {
  if (parts.terms === null) return { state: exited(parts, at, 'exploited'), effects: [] };
  if (parts.ending !== null) return quietly(parts);
  const dueAt = plus(now, rules.decideExploitedWithinMs);
  return {
    state: stateOf({ ...parts, ending: { askedAt: now, dueAt } }),
    effects: [{ do: 'ask', question: 'END_EXPLOITED', dueAt }],
  };
}

/** To keep what is exploited under embargo takes a reason that others can read later. */
function keep(parts: EmbargoParts, reason: string): EmbargoStep {
  if (parts.ending === null) {
    throw new TocsinError('CONFLICT', 'embargo: expected an open proposal to end, found none');
  }
  if (reason.trim() === '') throw invalid('reason', 'a reason for keeping the embargo', '');
  return quietly({ ...parts, ending: null });
}

/** The end by an event or by persons: at once, and T0 with it. [R53] */
function exit(parts: EmbargoParts, at: Instant, reason: ExitReason): EmbargoStep {
  return {
    state: exited(parts, at, reason),
    effects: [{ do: 'disclose_by', at }, CONSENTS_EXIT],
  };
}

/** What was agreed for the case that somebody else publishes happens once. [R55] */
function publish({ state, effects }: EmbargoStep, at: Instant): EmbargoStep {
  if (state.pocTrigger !== 'agreed') return { state, effects };
  return {
    state: { ...state, pocTrigger: 'fired' },
    effects: [...effects, { do: 'open_poc', at }],
  };
}

/** Enough vendors with a fix are a reason to think of an early end, never to make it. [R56] */
function suggest(
  rules: EmbargoRules,
  parts: EmbargoParts,
  ready: number,
  affected: number,
): EmbargoEffect[] {
  if (!Number.isSafeInteger(affected) || affected < 1) {
    throw invalid('affected', 'a count from 1', affected);
  }
  if (!Number.isSafeInteger(ready) || ready < 0 || ready > affected) {
    throw invalid('ready', `a count from 0 to ${affected}`, ready);
  }
  const percent = rules.suggestEndAtPercent;
  if (parts.terms === null || percent === null || ready * 100 < percent * affected) return [];
  return [{ do: 'suggest_end', ready, affected }];
}

function quietly(parts: EmbargoParts): EmbargoStep {
  return { state: stateOf(parts), effects: [] };
}

function first(known: Instant | null, at: Instant): Instant {
  return known === null || at < known ? at : known;
}

function happened(at: Instant, now: Instant): Instant {
  if (at > now) throw invalid('at', 'an instant that has come', formatInstant(at));
  return at;
}
