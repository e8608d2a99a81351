import { type Static, Type } from 'typebox';
import { INVOLVEMENTS } from '../../domain/enrolment.ts';
import type { ProposedChange } from '../../programme/alert-change.ts';
import { Count, Hex32, IdText, nullable, oneOf } from './basic.ts';
import { AssessmentText } from './vulnerability.ts';

/** A change of an alert under way that waits for a second person. */
export const ChangeText = Type.Object({
  proposal: IdText,
  alert: IdText,
  assessment: nullable(AssessmentText),
  involvement: nullable(Type.Object({ participant: IdText, involvement: oneOf(INVOLVEMENTS) })),
  digest: Hex32,
  difference: Type.Object({
    participants: Count,
    more: Count,
    less: Count,
    everybody: Type.Boolean(),
  }),
});

export function presentChange({ change, ...rest }: ProposedChange): Static<typeof ChangeText> {
  if (change.kind === 'involvement') return { ...rest, assessment: null, involvement: change };
  const { impacts, products, ...facts } = change.assessment;
  const assessment = { ...facts, impacts: [...impacts], products: [...products] };
  return { ...rest, assessment, involvement: null };
}
