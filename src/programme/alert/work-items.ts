import { TocsinError } from '../../domain/errors.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { resolveWorkItem as closeItem } from '../../store/delivery-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { openWorkItems } from '../../store/work-reader.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';

/**
 * Takes a question off the issuer's list, by name, for the ledger. If its cause recurs, it is asked
 * anew.
 * @throws NOT_FOUND also for one that is off the list already.
 */
export async function resolveWorkItem(
  context: Context,
  caller: PersonCaller,
  item: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ resolved: boolean }> {
  return once(context, key, now, async (tx) => {
    if (await closeItem(tx, { actor: actorOf(caller), at: now }, item)) return { resolved: true };
    throw new TocsinError('NOT_FOUND', 'item: expected an open question', { field: 'item' });
  });
}

export { PROPOSED } from '../../store/work-reader.ts';

/** The issuer's open questions, and what waits for a second person; those overdue first. */
export async function listWorkItems(context: Context, programme: ProgrammeId, now: Instant) {
  const items = await context.store.issuer((tx) => openWorkItems(tx, programme, now));
  return items.map((item) => ({ ...item, overdue: item.dueAt !== null && item.dueAt < now }));
}
