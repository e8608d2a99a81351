import { type Static, Type } from 'typebox';
import { ARTIFACT_KINDS } from '../../domain/artifact.ts';
import { OUTCOMES, REASON_CODES } from '../../domain/decision.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { PolicyComparison } from '../../programme/policy/compare-policies.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from './basic.ts';

/** The files of a pack: texts by name. */
export const PackFilesText = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  Type.String(),
  { ...closed, maxProperties: 20 },
);

const DIRECTIONS = ['gains', 'loses'] as const;
const Decided = Type.Object({ outcome: oneOf(OUTCOMES), reasons: listOf(oneOf(REASON_CODES)) });

/** Whom a change of policy touches: by class, then one by one. */
export const ComparisonText = Type.Object({
  before: Hex32,
  after: Hex32,
  facts: Hex32,
  at: InstantText,
  sending: oneOf(['same', 'starts', 'stops']),
  participants: Count,
  alerts: Count,
  gaining: Count,
  losing: Count,
  effects: listOf(
    Type.Object({
      direction: oneOf(DIRECTIONS),
      reason: oneOf(REASON_CODES),
      tier: Type.String(),
      kind: oneOf(ARTIFACT_KINDS),
      before: oneOf(OUTCOMES),
      after: oneOf(OUTCOMES),
      participants: Count,
      artifacts: Count,
      headStartLostMs: Type.Integer(),
    }),
  ),
  touched: Count,
  lines: listOf(
    Type.Object({
      participant: IdText,
      name: Type.String(),
      alert: IdText,
      changes: listOf(
        Type.Object({
          artifacts: listOf(IdText),
          kind: oneOf(ARTIFACT_KINDS),
          direction: oneOf(DIRECTIONS),
          from: InstantText,
          until: nullable(InstantText),
          before: Decided,
          after: Decided,
        }),
      ),
    }),
  ),
});

export function presentComparison(comparison: PolicyComparison): Static<typeof ComparisonText> {
  const { at, lines, ...rest } = comparison;
  return {
    ...rest,
    at: formatInstant(at),
    lines: lines.map(({ changes, ...line }) => ({
      ...line,
      changes: changes.map(({ from, until, before, after, ...change }) => ({
        ...change,
        from: formatInstant(from),
        until: instantOrNull(until),
        before: decided(before),
        after: decided(after),
      })),
    })),
  };
}

function decided({ outcome, reasons }: PolicyComparison['lines'][0]['changes'][0]['before']) {
  return { outcome, reasons: reasons.map(({ code }) => code) };
}

/** A proposal with what it would change, and the digest that approves it. */
export const ProposedText = Type.Object({
  proposal: IdText,
  digest: Hex32,
  comparison: ComparisonText,
});
