import type { Involvement } from '../domain/enrolment.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { alertById } from '../store/alert-reader.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { lockToChange } from '../store/locks.ts';
import { enrolmentOf } from '../store/participant-reader.ts';
import { putInvolvement } from '../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import type { Context } from './context.ts';
import { unknownAlert } from './draft-alert.ts';
import { grantNow } from './grant-due.ts';

/**
 * Records what a participant is to one alert (who reported it, who makes what is affected, whose
 * own person coordinates it), and decides again at once.
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
): Promise<{ involvement: Involvement }> {
  const { involvement, participant } = change;
  return once(context, key, now, async (tx) => {
    const alert = await alertById(tx, change.alert);
    if (!alert) throw unknownAlert();
    await lockToChange(tx, alert.programme);
    if (!(await enrolmentOf(tx, alert.programme, participant))) {
      throw new TocsinError('NOT_FOUND', "participant: expected one of the alert's programme", {
        field: 'participant',
      });
    }
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await putInvolvement(tx, act, change);
    await grantNow(context, tx, alert.programme, participant, now);
    return { involvement };
  });
}
