import { TocsinError } from '../../domain/errors.ts';
import type { NoticeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { acknowledgeNotice as storeAcknowledgement } from '../../store/disclosure-store.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { actorOf, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';

/**
 * A reader has seen a notice; the first of its participant counts, and a repeat changes nothing.
 * @throws NOT_FOUND for what is not the caller's.
 */
export async function acknowledgeNotice(
  context: Context,
  caller: ReaderCaller,
  notice: NoticeId,
  now: Instant,
): Promise<void> {
  await context.store.participant(caller.participant, async (tx) => {
    const isNew = await storeAcknowledgement(tx, notice, now);
    if (isNew === null) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    if (!isNew) return;
    await recordEvent(tx, {
      type: 'notice_acknowledged',
      at: now,
      programme: null,
      actor: actorOf(caller),
      data: { notice, participant: caller.participant, reader: caller.id },
    });
  });
}
