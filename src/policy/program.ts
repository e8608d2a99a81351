import type { Decision } from '../domain/decision.ts';
import type { Comparison, Comparisons } from './comparison.ts';
import type { Breakpoint, Notes } from './notes.ts';
import type { Row } from './request.ts';
import type { Rule, RuleTest } from './rule.ts';
import type { Column } from './tabulate.ts';
import { at } from './term.ts';
import { combine, decisionOf, type Signal, type Verdict } from './verdict.ts';

/** A rule compiled for one principal type, action, tier and kind. */
export type Step = {
  /** Steps of one key do the same. */
  readonly key: string;
  readonly rule: Rule;
  readonly test: RuleTest;
  /** Number of the rule's first signal: that it failed; the numbers of its reasons follow. */
  readonly first: number;
  /** What the rule reads, as far as that has few values. */
  readonly columns: readonly Column[];
  readonly notes: Notes;
};

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

/** All rules that can apply to one principal type, action, tier and kind. */
export type Program = {
  /** Made before the rules are asked; each answer goes into its `slot`. */
  readonly comparisons: readonly (Comparison & { readonly slot: number })[];
  readonly steps: readonly Step[];
  readonly breakpoints: readonly Breakpoint[];
  /** The answer while no rule has spoken. */
  readonly silence: Answer;
};

/** Puts steps together, in the order of the rules, with the comparisons they read. */
export function programOf(
  steps: readonly Step[],
  { first, made }: Comparisons,
  silence: Answer,
): Program {
  const read = new Set(steps.flatMap(({ columns }) => columns.map(({ slot }) => slot)));
  const comparisons = made
    .map((comparison, i) => ({ ...comparison, slot: first + i }))
    .filter(({ slot }) => read.has(slot));
  const breakpoints = steps.flatMap(({ notes }) => notes.breakpoints);
  return { comparisons, steps, breakpoints, silence };
}

/** Evaluates every rule against a row. Never throws. */
export function evaluate(program: Program, row: Row): Answer {
  compareAll(program, row);
  const { steps, silence } = program;
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

function compareAll({ comparisons }: Program, row: Row): void {
  for (let i = 0; i < comparisons.length; i++) {
    const comparison = comparisons[i];
    if (comparison === undefined) break;
    const { left, right, slot } = comparison;
    row[slot] = at(row, left) < at(row, right) ? 1 : 0;
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

/** An answer nothing follows yet. */
export function answer(signals: readonly Signal[]): Answer {
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
