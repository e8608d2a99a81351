import type { Consent } from '../../domain/enrolment.ts';
import type { AlertId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { NO_RELATION, relationsTo } from '../../store/participant-reader.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireMemberApart } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { changeApproved, type ProposedChange, putConsentByHand } from './alert-change.ts';
import { lockedAlert } from './draft-alert.ts';

/**
 * Records a participant's consent to the embargo of one alert, as it reached the issuer. Of an
 * alert that was approved, a consent that opens something waits for a second person, as `proposal`;
 * then it is decided at once, for what is due already. A refusal holds from this moment on. An
 * invitation that waits for an answer is overtaken. `consent` is the one in force.
 */
export async function changeConsent(
  context: Context,
  caller: PersonCaller,
  change: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly consent: Consent;
  },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ consent: Consent; proposal: ProposedChange | null }> {
  const { consent, participant } = change;
  return once(context, key, now, async (tx) => {
    const { alert } = await lockedAlert(tx, change.alert, null);
    await requireMemberApart(tx, caller.id, alert.programme, participant);
    if (alert.state === 'draft') {
      const act = { programme: alert.programme, actor: actorOf(caller), at: now };
      await putConsentByHand(tx, act, change);
      return { consent, proposal: null };
    }
    const wanted = { kind: 'consent', participant, consent } as const;
    const proposal = await changeApproved(context, tx, caller, alert, wanted, now);
    if (proposal === null) return { consent, proposal };
    const relations = await relationsTo(tx, alert.id, [participant]);
    return { consent: (relations.get(participant) ?? NO_RELATION).consent, proposal };
  });
}
