import type { Decision } from '../domain/decision.ts';
import type { Breakpoint } from './expression.ts';
import type { Row } from './request.ts';
import type { Rule, RuleTest } from './rule.ts';
import { combine, decisionOf, type Signal, type Verdict } from './verdict.ts';

/** A rule compiled for one principal type, action and tier. */
export type Step = { readonly rule: Rule; readonly test: RuleTest; readonly first: number };

/**
 * What rules have said so far in one evaluation. Answers share their beginnings in a tree, so that
 * the same rules speaking again give the same answer without allocating anything.
 */
export type Answer = {
  readonly signals: readonly Signal[];
  readonly verdict: Verdict;
  readonly next: (Answer | undefined)[];
  /** The decision with each answer to `releaseReduced` met so far. */
  readonly decisions: Map<Answer | null, Decision>;
};

/** All rules that can apply to one principal type, action and tier. */
export type Program = {
  readonly steps: readonly Step[];
  readonly breakpoints: readonly Breakpoint[];
  readonly silence: Answer;
};

export function programOf(
  rules: readonly { readonly rule: Rule; readonly test: RuleTest }[],
  breakpoints: readonly Breakpoint[],
): Program {
  let next = 0;
  const steps = rules.map(({ rule, test }) => {
    const first = next;
    // One signal for each reason, and one for failing, which comes first.
    next += rule.reasons.length + 1;
    return { rule, test, first };
  });
  return { steps, breakpoints, silence: answer([]) };
}

/** Evaluates every rule against a row. Never throws. */
export function evaluate({ steps, silence }: Program, row: Row): Answer {
  let found = silence;
  try {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (step === undefined) break;
      const reason = step.test(row);
      if (reason !== 0) found = found.next[step.first + reason] ?? hear(found, step, reason - 1);
    }
    return found;
  } catch {
    return evaluateFailing(steps, silence, row);
  }
}

/** The same once more, rule by rule, when one of them fails: which, is part of the answer. */
function evaluateFailing(steps: readonly Step[], silence: Answer, row: Row): Answer {
  let found = silence;
  for (const step of steps) {
    const reason = reasonOrFailure(step, row);
    if (reason === 0) continue;
    const signal = reason === null ? step.first : step.first + reason;
    found = found.next[signal] ?? hear(found, step, reason === null ? null : reason - 1);
  }
  return found;
}

function reasonOrFailure(step: Step, row: Row): number | null {
  try {
    return step.test(row);
  } catch {
    return null;
  }
}

function hear(before: Answer, step: Step, reason: number | null): Answer {
  const heard = answer([...before.signals, { rule: step.rule, reason }]);
  before.next[step.first + (reason === null ? 0 : reason + 1)] = heard;
  return heard;
}

function answer(signals: readonly Signal[]): Answer {
  return { signals, verdict: combine(signals), next: [], decisions: new Map() };
}

/** `decisionOf` without allocating where the same two answers have met before. */
export function decisionFor(full: Answer, reduced: Answer | null): Decision {
  const known = full.decisions.get(reduced);
  if (known !== undefined) return known;
  const decision = decisionOf(full.verdict, reduced?.verdict ?? null);
  full.decisions.set(reduced, decision);
  return decision;
}
