import { CONSENTS, type Consent } from '../domain/enrolment.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import type { AlertId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { alertById } from '../store/alert-reader.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { closeInvitation, lastInvitations } from '../store/invitation-store.ts';
import { lockToChange } from '../store/locks.ts';
import { enrolmentOf } from '../store/participant-reader.ts';
import { putConsent } from '../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import type { Context } from './context.ts';
import { unknownAlert } from './draft-alert.ts';
import { grantNow } from './grant-due.ts';

/**
 * Records a participant's consent to the embargo of one alert, as it reached the issuer. A late
 * consent is decided at once, for what is due already; a refusal holds from this moment on. An
 * invitation that waits for an answer is overtaken.
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
): Promise<{ consent: Consent }> {
  const { consent, participant } = change;
  if (!CONSENTS.includes(consent))
    throw invalid('consent', `one of ${CONSENTS.join(', ')}`, consent);
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
    await putConsent(tx, act, change);
    const last = (await lastInvitations(tx, alert.id, [participant])).get(participant);
    if (last?.answer === null) await closeInvitation(tx, act, last, 'overtaken');
    await grantNow(context, tx, alert.programme, participant, now);
    return { consent };
  });
}
