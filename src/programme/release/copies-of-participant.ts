import { TocsinError } from '../../domain/errors.ts';
import type { DeliveryId, ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import { copiesHeldBy, type HeldCopy } from '../../store/delivery-reader.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import type { Context } from '../context.ts';
import type { Page } from '../page.ts';

/**
 * One page of the copies that were handed to a participant, each a delivery. A copy is outstanding
 * until its participant says that it is returned or deleted, which `return_copies` asks of it.
 * @throws NOT_FOUND
 */
export async function listCopies(
  context: Context,
  programme: ProgrammeId,
  participant: ParticipantId,
  after: DeliveryId | null,
  limit: number,
): Promise<Page<HeldCopy>> {
  return context.store.issuer(async (tx) => {
    if (!(await enrolmentOf(tx, programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
        field: 'participant',
      });
    }
    const copies = await copiesHeldBy(tx, programme, participant, after, limit + 1);
    const items = copies.slice(0, limit);
    return { items, next: copies.length > limit ? (items.at(-1)?.id ?? null) : null };
  });
}
