import type { ParticipantId } from '../../domain/ids.ts';
import type { DutyRules } from './rules.ts';

/**
 * Whether a participant may be removed, and what the ledger records of it: always, with the reason
 * or with null. `REASON_REQUIRED`: the programme does not remove without one.
 */
export type Removal =
  | {
      readonly allowed: true;
      readonly record: { readonly participant: ParticipantId; readonly reason: string | null };
    }
  | { readonly allowed: false; readonly code: 'REASON_REQUIRED' };

/** Django's lists may be left without a reason given; most may not. [R63] */
export function removal(
  rules: DutyRules,
  participant: ParticipantId,
  given: string | null,
): Removal {
  const reason = given === null || given.trim() === '' ? null : given;
  if (reason === null && rules.removalWithoutReason === 'refused') {
    return { allowed: false, code: 'REASON_REQUIRED' };
  }
  return { allowed: true, record: { participant, reason } };
}
