import type { Decision, Reason } from '../domain/decision.ts';
import type { Rule } from './rule.ts';

/** What a policy answers to one action at one instant. */
export type Verdict = {
  /** As Cedar decides: a permit applies and no forbid does. */
  readonly allowed: boolean;
  /** Not allowed, but only by forbids that ask for a person, and a permit applies. */
  readonly hold: boolean;
  /** Ids of the policies that decided, as Cedar gives them; empty when none applies. */
  readonly policies: readonly string[];
  /** At least one. In the order of the rules: hand-written ones first, as the pack has them. */
  readonly reasons: readonly Reason[];
  /** How many policies failed to evaluate. Cedar skips those; a decision to release never does. */
  readonly errors: number;
};

/** The answer to facts that the policy's schema does not admit: nothing was evaluated. */
export const REFUSED_FACTS: Verdict = {
  allowed: false,
  hold: false,
  policies: [],
  reasons: [{ code: 'POLICY_ERROR', policy: '' }],
  errors: 1,
};

/** One rule that spoke: for its `reason`-th reason (from 0), or by failing (null). */
export type Signal = { readonly rule: Rule; readonly reason: number | null };

/** Combines what the rules said, as Cedar does: forbids override permits, nothing is no. */
export function combine(signals: readonly Signal[]): Verdict {
  const failed = signals.filter((signal) => signal.reason === null);
  const applied = signals.filter((signal) => signal.reason !== null);
  const permits = applied.filter(({ rule }) => rule.effect === 'permit');
  const forbids = applied.filter(({ rule }) => rule.effect === 'forbid');
  const allowed = permits.length > 0 && forbids.length === 0;
  const deciding = allowed ? permits : forbids;
  const hold = permits.length > 0 && forbids.length > 0 && forbids.every(({ rule }) => rule.hold);
  const reasons = [
    ...failed.map(({ rule }): Reason => ({ code: 'POLICY_ERROR', policy: rule.id })),
    ...deciding.map(reasonOf),
  ];
  return {
    allowed,
    hold,
    policies: deciding.map(({ rule }) => rule.id),
    reasons: reasons.length > 0 ? reasons : [{ code: 'NO_RULE', policy: '' }],
    errors: failed.length,
  };
}

function reasonOf({ rule, reason }: Signal): Reason {
  return { code: rule.reasons[reason ?? 0] ?? 'POLICY_ERROR', policy: rule.id };
}

/**
 * The decision that two verdicts make together. Any failed policy denies, whatever Cedar would
 * say: a forbid that fails is skipped by Cedar, which opens what it should have shut.
 * The first reason is the leading one: where not the whole is given, why it is withheld.
 * `reduced` is asked only when the artifact itself is neither given nor held.
 */
export function decisionOf(full: Verdict, reduced: Verdict | null): Decision {
  if (full.errors > 0) return failed(full);
  if (full.allowed) return { outcome: 'allow', reasons: full.reasons };
  if (full.hold) return { outcome: 'hold', reasons: full.reasons };
  if (reduced === null) return { outcome: 'deny', reasons: full.reasons };
  if (reduced.errors > 0) return failed(reduced);
  const reasons = [...full.reasons, ...reduced.reasons.filter((reason) => !has(full, reason))];
  if (reduced.allowed) return { outcome: 'allow_reduced', reasons };
  if (reduced.hold) return { outcome: 'hold', reasons };
  return { outcome: 'deny', reasons: full.reasons };
}

function has({ reasons }: Verdict, { code, policy }: Reason): boolean {
  return reasons.some((each) => each.code === code && each.policy === policy);
}

function failed(verdict: Verdict): Decision {
  return {
    outcome: 'deny',
    reasons: verdict.reasons.filter((reason) => reason.code === 'POLICY_ERROR'),
  };
}
