import type { AlertId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { waves } from '../domain/schedule.ts';
import type { Assessment } from '../domain/vulnerability.ts';
import { bumpAlert, touchAlert } from '../store/alert-writer.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { reschedule } from '../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import { keepHead, readHead } from './alert-head.ts';
import { checkAssessment } from './check-assessment.ts';
import type { Context } from './context.ts';
import { lockedAlert } from './draft-alert.ts';

/**
 * Changes what is known of an alert's vulnerability; whoever does is one of its authors. Before its
 * waves have begun an approval is void; afterwards everybody is decided again, in a wave at this
 * moment. `version` is the one the caller saw; null: the newest.
 * @throws INVALID_INPUT for a product that the policy in force does not name.
 */
export async function assessAlert(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  version: number | null,
  assessment: Assessment,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ version: number }> {
  return once(context, key, now, async (tx) => {
    const { alert, begun } = await lockedAlert(tx, alertId, version);
    checkAssessment(await context.policies.active(tx, alert.programme), assessment);
    const head = await readHead(context, tx, alert);
    const facts = { ...assessment, events: head.facts.events };
    await keepHead(context, tx, alertId, { ...head, facts });
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const next = alert.version + 1;
    if (begun) {
      await touchAlert(tx, act, alertId, next);
      await reschedule(tx, act, alertId, alert.schedule, waves(alert.schedule));
    } else {
      await bumpAlert(tx, act, alertId, next);
    }
    return { version: next };
  });
}
