import type { Action, Decision, ReleaseFacts } from '../domain/decision.ts';
import { type Instant, instant } from '../domain/instant.ts';
import { type Programs, programsFor } from './engine.ts';
import type { Breakpoint } from './notes.ts';
import type { Policy } from './policy.ts';
import { decisionFor, evaluate } from './program.ts';
import { fillRow, type Row } from './request.ts';
import { withLapse } from './transition.ts';
import { decisionOf, REFUSED_FACTS, type Verdict } from './verdict.ts';
import { NEVER, SLOT } from './vocabulary.ts';

/**
 * The answer of a policy to one action at one instant: verdict and deciding policies as Cedar gives
 * them, and how many policies failed. Facts that the schema does not admit (a missing attribute, a
 * value nobody declared) are an error and not allowed. Never throws; no side effect.
 *
 * Who releases something asks `decideRelease`: `allowed` alone is not a permission to release.
 */
export function decide(policy: Policy, facts: ReleaseFacts, action: Action, now: Instant): Verdict {
  const loaded = load(policy, facts, now);
  return loaded === null ? REFUSED_FACTS : evaluate(loaded[action], policy.engine.row).verdict;
}

/**
 * The decision on one artifact at one instant, the one function every channel asks: `allow` or
 * `hold` by the action `release`; else `allow_reduced` or `hold` by `releaseReduced`, which gives
 * the linked reduced variant in its place; else `deny`. Any failed policy denies with POLICY_ERROR.
 * Never throws.
 */
export function decideRelease(policy: Policy, facts: ReleaseFacts, now: Instant): Decision {
  const loaded = load(policy, facts, now);
  if (loaded === null) return REFUSED_DECISION;
  return withLapse(policy, facts, decideLoaded(loaded, policy.engine.row), now);
}

/**
 * The first instant after `now` at which `decideRelease` answers with another outcome, all facts
 * staying as they are; null when it never does. The compiler admits `now` only in comparisons with
 * stored instants, so those are all the instants to look at.
 */
export function changesAt(policy: Policy, facts: ReleaseFacts, now: Instant): Instant | null {
  const loaded = load(policy, facts, now);
  if (loaded === null) return null;
  const { row } = policy.engine;
  const { outcome } = decideLoaded(loaded, row);
  for (const at of turningPoints(loaded, row, now)) {
    row[SLOT.now] = at;
    if (decideLoaded(loaded, row).outcome !== outcome) return at;
  }
  return null;
}

/** The decision on facts that the schema does not admit. */
export const REFUSED_DECISION = decisionOf(REFUSED_FACTS, null);

/** Writes the facts into the engine's row; null when the schema does not admit them. */
export function load(policy: Policy, facts: ReleaseFacts, now: Instant): Programs | null {
  const { engine } = policy;
  try {
    const type = fillRow(engine.row, engine.vocabulary, engine.codes, facts, now);
    return programsFor(engine, type, engine.row);
  } catch {
    // Whatever is wrong with the facts, including their shape: not evaluated, so not allowed.
    return null;
  }
}

/** Decides on the row as it stands. */
export function decideLoaded(loaded: Programs, row: Row): Decision {
  const full = evaluate(loaded.release, row);
  const { allowed, hold, errors } = full.verdict;
  const settled = allowed || hold || errors > 0;
  return decisionFor(full, settled ? null : evaluate(loaded.releaseReduced, row));
}

/**
 * All instants after `now` at which a comparison of the loaded programs can turn, in order. What
 * never happens turns nothing.
 */
export function turningPoints(loaded: Programs, row: Row, now: Instant): Instant[] {
  // A handful, many of them equal: kept in order as they come.
  const found: Instant[] = [];
  for (const program of [loaded.release, loaded.releaseReduced]) {
    for (const breakpoint of program.breakpoints) {
      const at = instantOf(breakpoint, row);
      if (at !== null && at > now && at < NEVER) insertInOrder(found, at);
    }
  }
  return found;
}

function insertInOrder(found: Instant[], at: Instant): void {
  let place = found.length;
  while (place > 0 && (found[place - 1] ?? at) > at) place -= 1;
  if (found[place - 1] !== at) found.splice(place, 0, at);
}

/** Null where the comparison fails, and so does not turn, or turns at no instant there is. */
function instantOf({ value, after }: Breakpoint, row: Row): Instant | null {
  try {
    return instant(Number(value(row)) + after);
  } catch {
    return null;
  }
}

export { compilePolicy, type Policy } from './policy.ts';
