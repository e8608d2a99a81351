import type { Involvement } from '../../domain/enrolment.ts';
import type { AlertId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { NO_RELATION, relationsTo } from '../../store/participant-reader.ts';
import { putInvolvement } from '../../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireMemberApart } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { changeApproved, type ProposedChange } from './alert-change.ts';
import { lockedAlert } from './draft-alert.ts';

/**
 * Records what a participant is to one alert (who reported it, who makes what is affected, whose
 * own person coordinates it), and decides again at once. Of an alert that was approved, what would
 * open something by it waits for a second person, as `proposal`; `involvement` is the one in force.
 */
export async function changeInvolvement(
  context: Context,
  caller: PersonCaller,
  change: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly involvement: Involvement;
  },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ involvement: Involvement; proposal: ProposedChange | null }> {
  const { involvement, participant } = change;
  return once(context, key, now, async (tx) => {
    const { alert } = await lockedAlert(tx, change.alert, null);
    await requireMemberApart(tx, caller.id, alert.programme, participant);
    if (alert.state !== 'draft') {
      const wanted = { kind: 'involvement', participant, involvement } as const;
      const proposal = await changeApproved(context, tx, caller, alert, wanted, now);
      if (proposal === null) return { involvement, proposal };
      const relations = await relationsTo(tx, alert.id, [participant]);
      return { ...(relations.get(participant) ?? NO_RELATION), proposal };
    }
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await putInvolvement(tx, act, change);
    return { involvement, proposal: null };
  });
}
