import type { AlertId, MoveId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { waves } from '../domain/schedule.ts';
import { isAlertEvent } from '../domain/vulnerability.ts';
import { bumpAlert, touchAlert } from '../store/alert-writer.ts';
import { insertQuestion } from '../store/delivery-writer.ts';
import { recordEvent } from '../store/event-writer.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { reschedule } from '../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import { keepHead, readHead } from './alert-head.ts';
import type { Context } from './context.ts';
import { lockedAlert } from './draft-alert.ts';
import { proposeEarlyWaves } from './early-waves.ts';
import { endEmbargo, endEmbargoOfDraft } from './end-embargo.ts';
import { requireCertainTime } from './guard-clock.ts';
import { type Happened, withHappened } from './happened.ts';

/**
 * Records what has happened to an alert's vulnerability, at `at`, and has everybody decided again.
 * What is public ends the embargo at once, by one person: an approval could only delay it. That it
 * is exploited asks the issuer whether to end it, since ending it also tells those who exploit it;
 * where the pack brings waves forward then, that is proposed (`proposal`).
 * What only the clock counts from decides nobody again. Killed before the commit nothing has
 * happened; after it the waves are on disk, and the next cycle does them.
 * @throws INVALID_INPUT for what is still to come, CLOCK_DOUBT while nobody knows what is; CONFLICT
 * when it is known to have happened as early.
 */
export async function recordAlertEvent(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  happened: Happened,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ version: number; proposal: MoveId | null }> {
  const { kind, at } = happened;
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const { alert } = await lockedAlert(tx, alertId, null);
    const head = withHappened(await readHead(context, tx, alert), happened, now);
    await keepHead(context, tx, alertId, head);
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await recordEvent(tx, { type: 'alert_event', ...act, data: { alert: alertId, kind, at } });
    const version = alert.version + 1;
    const isDraft = alert.state === 'draft';
    if (isDraft) await bumpAlert(tx, act, alertId, version);
    else await touchAlert(tx, act, alertId, version);
    if (kind === 'exploited') {
      await insertQuestion(tx, {
        programme: alert.programme,
        code: 'EXPLOITED',
        alert: alertId,
        at: now,
      });
    }
    if (kind === 'public') {
      const end = isDraft ? endEmbargoOfDraft : endEmbargo;
      await end(tx, act, alert, at);
    } else if (!isDraft && isAlertEvent(kind)) {
      await reschedule(tx, act, alertId, alert.schedule, waves(alert.schedule));
    }
    const policy = await context.policies.active(tx, alert.programme);
    const proposal =
      kind === 'exploited'
        ? await proposeEarlyWaves(tx, act, policy, alert, head, caller.id)
        : null;
    return { version, proposal };
  });
}
