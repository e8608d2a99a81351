import { type Static, Type } from 'typebox';
import { OBLIGATION_CODES } from '../../domain/obligation.ts';
import { OBLIGATION_STATES, type Obligation } from '../../programme/release/obligations-of-copy.ts';
import { InstantText, instantOrNull, nullable, oneOf } from './basic.ts';

/** What a participant owes for an alert, as it stands. */
export const ObligationText = Type.Object({
  code: oneOf(OBLIGATION_CODES),
  dueAt: nullable(InstantText),
  withinMs: nullable(
    Type.Integer({ minimum: 0, description: 'from what it is about; no instant is due before' }),
  ),
  doneAt: nullable(InstantText),
  state: oneOf(OBLIGATION_STATES),
});

export function presentObligation(obligation: Obligation): Static<typeof ObligationText> {
  const { dueAt, doneAt, ...rest } = obligation;
  return { ...rest, dueAt: instantOrNull(dueAt), doneAt: instantOrNull(doneAt) };
}
