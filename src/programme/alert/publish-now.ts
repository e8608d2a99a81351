import { TocsinError } from '../../domain/errors.ts';
import type { AlertId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { alertForUpdate } from '../../store/alert-reader.ts';
import {
  breakGlassForUpdate,
  confirmBreakGlass,
  recordOverdue,
} from '../../store/break-glass-store.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import { BREAK_GLASS, resolveQuestion } from '../../store/delivery-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { recordOverdueSteps } from '../../store/standing-store.ts';
import { actorOf, once, type PersonCaller, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { type BreakGlassReason, breakGlass } from './break-glass.ts';
import { lockedAlert, unknownAlert } from './draft-alert.ts';

/**
 * One person publishes an approved alert now: T0 is this moment, and the policy says what that
 * opens to whom. Loud: an event of its own, and a question on the issuer's list that only the
 * confirmation of another person takes off. Act, event and question are one transaction.
 * @throws CONFLICT for a draft, whose content nobody has approved, and where it was done already;
 * CLOCK_DOUBT.
 */
export async function publishNow(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  reason: BreakGlassReason,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ disclosureAt: Instant; confirmBy: Instant }> {
  return once(context, key, now, async (tx) => {
    // It can be done once: T0 must not be a moment that may be days away. Nothing leaves in a doubt
    // anyway.
    await requireCertainTime(tx);
    const { alert } = await lockedAlert(tx, alertId, null);
    const { programme, state, schedule } = alert;
    if (state === 'draft') {
      throw new TocsinError('CONFLICT', 'alert: expected one that was approved, found a draft');
    }
    if (schedule.disclosureAt <= now || (await breakGlassForUpdate(tx, alertId))) {
      throw new TocsinError('CONFLICT', 'alert: expected one under embargo');
    }
    const act = { programme, actor: actorOf(caller), at: now };
    const confirmBy = await breakGlass(tx, act, alert, caller.id, reason);
    return { disclosureAt: now, confirmBy };
  });
}

/**
 * Another person confirms that the alert was rightly published; it takes the question off the list.
 * @throws SECOND_PERSON for whoever published; NOT_FOUND where nobody did; CONFLICT when confirmed.
 */
export async function confirmPublication(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ inTime: boolean }> {
  return once(context, key, now, async (tx) => {
    const alert = await alertForUpdate(tx, alertId);
    if (!alert) throw unknownAlert();
    const glass = await breakGlassForUpdate(tx, alertId);
    if (!glass) throw new TocsinError('NOT_FOUND', 'alert: expected one published by one person');
    if (glass.actor === caller.id) {
      throw new TocsinError('SECOND_PERSON', 'confirmation: expected a person who did not publish');
    }
    if (glass.confirmedAt !== null) {
      throw new TocsinError('CONFLICT', 'publication: expected one that nobody has confirmed');
    }
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await confirmBreakGlass(tx, act, alertId, caller.id);
    await resolveQuestion(tx, BREAK_GLASS, alertId, now);
    return { inTime: now <= glass.confirmBy };
  });
}

/**
 * Publications and standings by one person that nobody confirmed in time: each is recorded once.
 * The question stays, first of all, until somebody does.
 */
export async function recordUnconfirmed(context: Context, now: Instant): Promise<void> {
  await context.store.issuer(async (tx) => {
    // Whether the time has passed is then not known.
    if (await clockDoubted(tx)) return;
    await recordOverdue(tx, SYSTEM, now);
    await recordOverdueSteps(tx, SYSTEM, now);
  });
}
