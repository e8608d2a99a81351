import type { AlertId, MoveId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { isAlertEvent } from '../../domain/vulnerability.ts';
import { insertQuestion } from '../../store/delivery-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { type ProposedChange, proposeIfMore } from './alert-change.ts';
import { readHead } from './alert-head.ts';
import { applyEvent } from './apply-event.ts';
import { lockedAlert } from './draft-alert.ts';
import { type Happened, withHappened } from './happened.ts';

/** What came of recording an event. */
export type RecordedEvent = {
  readonly version: number;
  /** Earlier waves that are proposed because it is exploited. */
  readonly proposal: MoveId | null;
  /** By when another person is to confirm that it is public. */
  readonly confirmBy: Instant | null;
  /** The event itself, where it would open something and waits for a second person. */
  readonly change: ProposedChange | null;
};

/**
 * Records what has happened to an alert's vulnerability, at `at`, and has everybody decided again.
 * What would open something of an alert that was approved waits for a second person. But what is
 * public ends the embargo at once, since an approval could only delay it: another person confirms
 * that afterwards. That it is exploited asks the issuer whether to end the embargo, since ending it
 * also tells those who exploit it; where the pack brings waves forward then, that is proposed.
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
): Promise<RecordedEvent> {
  const { kind } = happened;
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const { alert } = await lockedAlert(tx, alertId, null);
    withHappened(await readHead(context, tx, alert), happened, now);
    if (kind === 'exploited') {
      const question = { programme: alert.programme, code: 'EXPLOITED', alert: alertId, at: now };
      await insertQuestion(tx, question);
    }
    if (alert.state !== 'draft' && isAlertEvent(kind) && kind !== 'public') {
      const wanted = { kind: 'event', happened } as const;
      const change = await proposeIfMore(context, tx, caller, alert, wanted, now);
      if (change !== null) {
        return { version: alert.version, proposal: null, confirmBy: null, change };
      }
    }
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const outcome = await applyEvent(context, tx, act, alert, happened, caller.id);
    return { version: alert.version + 1, ...outcome, change: null };
  });
}
