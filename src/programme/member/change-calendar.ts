import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import { updateCalendar } from '../../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';

/**
 * Records by which of the policy's calendars a participant's holidays are kept; null: by none. The
 * clock of the policy asks for it, no release rule does: nothing is decided again.
 * @throws INVALID_INPUT for a calendar that the policy in force does not have.
 */
export async function changeCalendar(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  participant: ParticipantId,
  calendar: string | null,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ calendar: string | null }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    if (!(await enrolmentOf(tx, programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
        field: 'participant',
      });
    }
    const { timing } = await context.policies.active(tx, programme);
    const names = [...(timing?.calendars.keys() ?? [])];
    if (calendar !== null && !names.includes(calendar)) {
      throw invalid('calendar', `one of the policy's (${names.join(', ') || 'none'})`, calendar);
    }
    const act = { programme, actor: actorOf(caller), at: now };
    await updateCalendar(tx, act, participant, calendar);
    return { calendar };
  });
}
