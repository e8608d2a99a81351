import { invalid, TocsinError } from '../domain/errors.ts';
import type { AlertId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { waves } from '../domain/schedule.ts';
import { type AlertEventKind, EVENT_FIELDS } from '../domain/vulnerability.ts';
import { bumpAlert, putHead, touchAlert } from '../store/alert-writer.ts';
import { insertQuestion } from '../store/delivery-writer.ts';
import { recordEvent } from '../store/event-writer.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { reschedule } from '../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import { readHead, sealHead } from './alert-head.ts';
import type { Context } from './context.ts';
import { lockedAlert } from './draft-alert.ts';
import { endEmbargo, endEmbargoOfDraft } from './end-embargo.ts';
import { requireCertainTime } from './guard-clock.ts';

/**
 * Records what has happened to an alert's vulnerability, at `at`, and has everybody decided again.
 * What is public ends the embargo at once, by one person: an approval could only delay it. That it
 * is exploited asks the issuer whether to end it, since ending it also tells those who exploit it.
 * Killed before the commit nothing has happened; after it the waves are on disk, and the next cycle
 * does them.
 * @throws INVALID_INPUT for what is still to come, CLOCK_DOUBT while nobody knows what is; CONFLICT
 * when it is known to have happened as early.
 */
export async function recordAlertEvent(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  happened: { readonly kind: AlertEventKind; readonly at: Instant },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ version: number }> {
  const { kind, at } = happened;
  if (at > now) throw invalid('at', 'an instant that has come', 'one to come');
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const { alert } = await lockedAlert(tx, alertId, null);
    const { title, facts } = await readHead(context, tx, alert);
    const known = facts.events[EVENT_FIELDS[kind]];
    if (known !== null && known <= at) {
      throw new TocsinError('CONFLICT', `event: expected ${kind} not to be known as early`);
    }
    const events = { ...facts.events, [EVENT_FIELDS[kind]]: at };
    const keys = await context.keys.alert(tx, alertId);
    await putHead(tx, alertId, sealHead(keys, alertId, { title, facts: { ...facts, events } }));
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
    } else if (!isDraft) {
      await reschedule(tx, act, alertId, alert.schedule, waves(alert.schedule));
    }
    return { version };
  });
}
