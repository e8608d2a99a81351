import type { Consent } from '../../src/domain/enrolment.ts';
import type { AlertId, ParticipantId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { approveChange } from '../../src/programme/alert/alert-change.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import type { House } from './house.ts';

/** Records a consent; what it opens another person puts in force at once. */
export async function recordConsent(
  { context, author, approver }: Pick<House, 'context' | 'author' | 'approver'>,
  change: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly consent: Consent;
  },
  now: Instant,
): Promise<void> {
  const { proposal } = await changeConsent(context, author, change, now);
  if (proposal === null) return;
  await approveChange(context, approver, proposal.proposal, proposal.digest, now);
}
