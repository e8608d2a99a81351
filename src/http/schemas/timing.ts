import { type Static, Type } from 'typebox';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { HAPPENING_KINDS } from '../../domain/vulnerability.ts';
import type { Happened } from '../../programme/alert/happened.ts';
import {
  MAX_WHY,
  TIMING_CODES,
  TIMING_LEVELS,
  type TimingAnswers,
} from '../../programme/alert/hold-date.ts';
import type { Dates } from '../../programme/alert/plan-dates.ts';
import type { TimingView } from '../../programme/alert/read-timing.ts';
import { closed, IdText, InstantText, instantOrNull, listOf, nullable, oneOf } from './basic.ts';

/** Why somebody says what they say. */
export const Why = Type.String({ minLength: 1, maxLength: MAX_WHY });

/** Why somebody takes findings of the clock upon themselves, by their codes. */
export const AcceptText = Type.Unsafe<TimingAnswers['accept']>({
  type: 'object',
  description: 'why findings of the clock are accepted, by code',
  properties: Object.fromEntries(TIMING_CODES.map((code) => [code, Why])),
  additionalProperties: false,
});

/** What is said for a date, as members of the body that asks for it. */
export const ANSWERS = {
  reasons: Type.Optional(
    Type.Array(Type.String({ maxLength: 31 }), {
      maxItems: 16,
      uniqueItems: true,
      description: "words of the pack's timing.embargo for another length",
    }),
  ),
  accept: Type.Optional(AcceptText),
};

export function answersOf({ reasons = [], accept = {} }: Partial<TimingAnswers>): TimingAnswers {
  return { reasons, accept };
}

/** Something that has happened, and when. */
export const HappenedText = Type.Object({ kind: oneOf(HAPPENING_KINDS), at: InstantText }, closed);

export function happenedOf({ kind, at }: Static<typeof HappenedText>, path: string): Happened {
  return { kind, at: parseInstant(at, path) };
}

type Period = Dates['lists'][number]['notices'][number];
type Finding = TimingView['findings'][number];

/** A stretch of time; null: without an end on that side. */
export const PeriodText = Type.Object({ from: nullable(InstantText), to: nullable(InstantText) });

export function presentPeriod({ from, to }: Period): Static<typeof PeriodText> {
  return { from: instantOrNull(from), to: instantOrNull(to) };
}

/** What the clock finds of a date. */
export const FindingText = Type.Object({
  code: oneOf(TIMING_CODES),
  level: oneOf(TIMING_LEVELS),
  field: Type.String(),
  name: nullable(Type.String()),
  asks: oneOf(['notice', 'disclosure']),
  expected: listOf(PeriodText),
  found: InstantText,
});

export function presentFinding(finding: Finding): Static<typeof FindingText> {
  const { expected, found } = finding;
  return { ...finding, found: formatInstant(found), expected: expected.map(presentPeriod) };
}

/** What the clock finds of a date, and what was said for it. */
export const TimingText = Type.Object({
  reasons: listOf(Type.String()),
  accepted: listOf(
    Type.Object({ code: oneOf(TIMING_CODES), why: Type.String(), by: IdText, at: InstantText }),
  ),
  findings: listOf(FindingText),
  fault: nullable(Type.String()),
});

export function presentTiming(timing: TimingView): Static<typeof TimingText> {
  const { reasons, accepted, findings, fault } = timing;
  return {
    reasons,
    fault,
    accepted: accepted.map((each) => ({ ...each, at: formatInstant(each.at) })),
    findings: findings.map(presentFinding),
  };
}
