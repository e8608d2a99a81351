import { invalid, TocsinError } from '../../domain/errors.ts';
import type { MoveId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { decideMove } from '../../store/disclosure-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { keepHead, readHead } from './alert-head.ts';
import { lockedAlert } from './draft-alert.ts';
import { MAX_WHY } from './hold-date.ts';
import { openMove } from './move-disclosure.ts';

/**
 * One person refuses what is proposed for an alert, with a reason, which stays in the alert's
 * encrypted head. Nothing of the alert changes.
 * @throws NOT_FOUND for one that is decided; CONFLICT once silence has become a yes; CLOCK_DOUBT.
 */
export async function refuseMove(
  context: Context,
  caller: PersonCaller,
  id: MoveId,
  why: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<void> {
  if (why.trim() === '' || why.length > MAX_WHY) {
    throw invalid('why', `1 to ${MAX_WHY} characters`, why.length);
  }
  await once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const { alert } = await lockedAlert(tx, (await openMove(tx, id)).alert, null);
    const { dueAt } = await openMove(tx, id);
    if (dueAt !== null && now >= dueAt) {
      const until = formatInstant(dueAt);
      throw new TocsinError('CONFLICT', `proposal: expected a refusal before ${until}`);
    }
    const head = await readHead(context, tx, alert);
    const { [id]: _, ...proposals } = head.proposals;
    const refusals = [...head.refusals, { proposal: id, why, by: caller.id, at: now }];
    await keepHead(context, tx, alert.id, { ...head, proposals, refusals });
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await decideMove(tx, act, { id, alert: alert.id }, { how: 'refused' });
  });
}
