import { type Static, Type } from 'typebox';
import { CONSENTS, INVOLVEMENTS } from '../../domain/enrolment.ts';
import { formatInstant } from '../../domain/instant.ts';
import { HAPPENING_KINDS } from '../../domain/vulnerability.ts';
import type { ProposedChange } from '../../programme/alert/alert-change.ts';
import { Count, Hex32, IdText, InstantText, nullable, oneOf } from './basic.ts';
import { AssessmentText } from './vulnerability.ts';

/** A change of an alert that was approved, which waits for a second person: one of the four. */
export const ChangeText = Type.Object({
  proposal: IdText,
  alert: IdText,
  assessment: nullable(AssessmentText),
  event: nullable(Type.Object({ kind: oneOf(HAPPENING_KINDS), at: InstantText })),
  involvement: nullable(Type.Object({ participant: IdText, involvement: oneOf(INVOLVEMENTS) })),
  consent: nullable(Type.Object({ participant: IdText, consent: oneOf(CONSENTS) })),
  digest: Hex32,
  difference: Type.Object({
    participants: Count,
    more: Count,
    less: Count,
    everybody: Type.Boolean(),
  }),
});

export function presentChange({ change, ...rest }: ProposedChange): Static<typeof ChangeText> {
  const none = { ...rest, assessment: null, event: null, involvement: null, consent: null };
  switch (change.kind) {
    case 'assessment': {
      const { impacts, products, ...facts } = change.assessment;
      return { ...none, assessment: { ...facts, impacts: [...impacts], products: [...products] } };
    }
    case 'event': {
      const { kind, at } = change.happened;
      return { ...none, event: { kind, at: formatInstant(at) } };
    }
    case 'involvement':
      return { ...none, involvement: change };
    case 'consent':
      return { ...none, consent: change };
  }
}
