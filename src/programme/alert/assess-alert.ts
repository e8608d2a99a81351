import type { AlertId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Assessment } from '../../domain/vulnerability.ts';
import { bumpAlert, putHead } from '../../store/alert-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { changeApproved, headUnder, type ProposedChange } from './alert-change.ts';
import { checkAssessment } from './check-assessment.ts';
import { lockedAlert } from './draft-alert.ts';

/**
 * Changes what is known of an alert's vulnerability; whoever does is one of its authors. Before its
 * waves have begun an approval is void; afterwards everybody is decided again, in a wave at this
 * moment, unless something would open to somebody by it: then it waits for a second person, as
 * `proposal`. `version` is the one the caller saw; null: the newest.
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
): Promise<{ version: number; proposal: ProposedChange | null }> {
  return once(context, key, now, async (tx) => {
    const { alert, begun } = await lockedAlert(tx, alertId, version);
    checkAssessment(await context.policies.active(tx, alert.programme), assessment);
    const next = alert.version + 1;
    if (begun) {
      const change = { kind: 'assessment', assessment } as const;
      const proposal = await changeApproved(context, tx, caller, alert, change, now);
      return { version: proposal === null ? next : alert.version, proposal };
    }
    await putHead(tx, alertId, await headUnder(context, tx, alert, assessment));
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await bumpAlert(tx, act, alertId, next);
    return { version: next, proposal: null };
  });
}
