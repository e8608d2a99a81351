import { type Static, Type } from 'typebox';
import { READER_ROLES } from '../../domain/reader-role.ts';
import type { ParticipantView } from '../../programme/member/read-participant.ts';
import { IdText, InstantText, instantOrNull, listOf, nullable, oneOf } from './basic.ts';
import { EnrolmentText, presentEnrolment, presentTransition, TransitionText } from './enrolment.ts';

/** A participant as the issuer's own persons see it. */
export const ParticipantText = Type.Object({
  participant: IdText,
  name: Type.String(),
  enrolment: EnrolmentText,
  doubted: Type.Boolean(),
  calendar: nullable(Type.String()),
  transition: nullable(TransitionText),
  readers: listOf(
    Type.Object({
      id: IdText,
      label: Type.String(),
      fingerprint: nullable(Type.String()),
      joinedAt: nullable(InstantText),
      role: oneOf(READER_ROLES),
    }),
  ),
  removed: listOf(Type.Object({ id: IdText, label: Type.String() })),
});

export function presentParticipant(view: ParticipantView): Static<typeof ParticipantText> {
  return {
    ...view,
    enrolment: presentEnrolment(view.enrolment),
    transition: presentTransition(view.enrolment.transition),
    readers: view.readers.map((reader) => ({
      ...reader,
      joinedAt: instantOrNull(reader.joinedAt),
    })),
  };
}
