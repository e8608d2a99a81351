import { type Static, Type } from 'typebox';
import { formatInstant } from '../../domain/instant.ts';
import type { Custody, Officer } from '../../programme/trace/custody.ts';
import { Count, IdText, InstantText, nullable } from './basic.ts';

const OfficerText = Type.Object({
  person: IdText,
  recipient: Type.String({ description: 'the age key that halves are sealed to' }),
  at: InstantText,
});

/** Custody of a programme's mark keys; `second` is null until somebody accepts. */
export const CustodyText = Type.Object({
  id: IdText,
  programme: IdText,
  afterDays: Count,
  first: OfficerText,
  second: nullable(OfficerText),
});

export function presentCustody({ first, second, ...custody }: Custody): Static<typeof CustodyText> {
  return { ...custody, first: officer(first), second: second && officer(second) };
}

function officer({ person, recipient, at }: Officer): Static<typeof OfficerText> {
  return { person, recipient, at: formatInstant(at) };
}
