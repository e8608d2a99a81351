import type { EmbargoState, ExitReason } from '../../domain/embargo.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import type { EmbargoRules } from './rules.ts';
import {
  CONSENTS_EXIT,
  type EmbargoEffect,
  type EmbargoParts,
  type EmbargoStep,
  exited,
  partsOf,
  stateOf,
} from './state.ts';

/** An end that comes by itself. */
type Due = { readonly at: Instant; readonly reason: ExitReason };

/**
 * What time alone does to an embargo by `now`: it ends at the earliest of its ends, and proposals
 * whose own end has passed fall. The end is dated when it was due, not when somebody looked.
 */
export function clock(rules: EmbargoRules, state: EmbargoState, now: Instant): EmbargoStep {
  if (state.status === 'exited') return { state, effects: [] };
  const parts = partsOf(state);
  const [due] = endsOf(rules, parts).filter(({ at }) => now >= at);
  if (due !== undefined) {
    return {
      state: exited(parts, due.at, due.reason),
      effects: [...disclosure(due), CONSENTS_EXIT],
    };
  }
  const proposals = parts.proposals.filter(({ endsAt }) => now < endsAt);
  if (proposals.length === parts.proposals.length) return { state, effects: [] };
  return { state: stateOf({ ...parts, proposals }), effects: [] };
}

/** When the embargo would end by itself, earliest first; of equals, the agreed end. */
function endsOf(rules: EmbargoRules, parts: EmbargoParts): Due[] {
  if (parts.terms === null) return [];
  const ends: Due[] = [{ at: parts.terms.endsAt, reason: 'expired' }];
  if (parts.ending !== null) ends.push({ at: parts.ending.dueAt, reason: 'exploited' });
  const unfixed = endWithoutFix(rules, parts.terms.startedAt, parts.fixReadyAt);
  if (unfixed !== null) ends.push({ at: unfixed, reason: 'no_fix' });
  return ends.sort((a, b) => a.at - b.at);
}

/**
 * When an embargo that began at `startedAt` ends for want of a fix; null where the programme has no
 * such end, or there is a fix. [R12]
 */
export function endWithoutFix(
  rules: EmbargoRules,
  startedAt: Instant,
  fixReadyAt: Instant | null,
): Instant | null {
  if (rules.endsWithoutFixMs === null || fixReadyAt !== null) return null;
  return plus(startedAt, rules.endsWithoutFixMs);
}

/** Nobody is obliged to publish what has no fix; that remains for persons to decide. */
function disclosure({ at, reason }: Due): EmbargoEffect[] {
  if (reason === 'no_fix') {
    return [{ do: 'ask', question: 'DISCLOSE_WITHOUT_FIX', dueAt: null }];
  }
  return [{ do: 'disclose_by', at }];
}
