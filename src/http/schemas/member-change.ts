import { type Static, Type } from 'typebox';
import { formatInstant } from '../../domain/instant.ts';
import type { MemberChange } from '../../programme/apply-member-change.ts';
import type { MemberChangeView } from '../../programme/member-change.ts';
import { Hex32, IdText, InstantText, nullable, oneOf } from './basic.ts';
import { EnrolmentText, presentEnrolment } from './enrolment.ts';

/** What waits for a second person. */
export const WaitingText = Type.Object({ change: IdText, digest: Hex32 });

/** A proposal about participants. What does not belong to its kind is null. */
export const MemberChangeText = Type.Object({
  change: IdText,
  programme: IdText,
  kind: oneOf(['admission', 'enrolment', 'trust']),
  digest: Hex32,
  proposer: IdText,
  at: InstantText,
  outcome: nullable(oneOf(['confirmed', 'refused'])),
  participant: nullable(IdText),
  name: nullable(Type.String()),
  before: nullable(EnrolmentText),
  after: nullable(EnrolmentText),
});

export function presentMemberChange(view: MemberChangeView): Static<typeof MemberChangeText> {
  const { change, programme, digest, proposer, at, outcome, content } = view;
  const told = { change, programme, digest, proposer, at: formatInstant(at), outcome };
  return { ...told, kind: content.kind, ...presentContent(content) };
}

const NOTHING = { participant: null, name: null, before: null, after: null };

function presentContent(content: MemberChange) {
  switch (content.kind) {
    case 'admission': {
      const { participant, name, after } = content;
      return { ...NOTHING, participant, name, after: presentEnrolment(after) };
    }
    case 'enrolment': {
      const { participant, before, after } = content;
      const facts = { before: presentEnrolment(before), after: presentEnrolment(after) };
      return { ...NOTHING, participant, ...facts };
    }
    case 'trust':
      return { ...NOTHING, participant: content.participant };
  }
}
