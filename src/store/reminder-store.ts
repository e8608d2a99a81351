import { newId } from '../crypto/random.ts';
import type { AlertId, NoticeId, ParticipantId } from '../domain/ids.ts';
import type { ObligationCode } from '../domain/obligation.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** Before an obligation is due, and after. */
export type ReminderStage = 'due' | 'overdue';

/** Something a member owes for an alert and is to be reminded of. */
export type Reminder = {
  readonly participant: ParticipantId;
  readonly obligation: ObligationCode;
  readonly stage: ReminderStage;
};

/**
 * Keeps the reminders that are not kept yet, each with its event, and tells each member once for
 * each stage.
 */
export async function insertReminders(
  tx: Tx,
  act: Act,
  alert: AlertId,
  reminders: readonly Reminder[],
): Promise<void> {
  if (reminders.length === 0) return;
  const at = new Date(act.at);
  const added = await tx
    .insertInto('reminder')
    .values(
      reminders.map(({ participant, obligation, stage }) => ({
        ...{ alert_id: alert, participant_id: participant, obligation, stage, at },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['participant_id', 'obligation', 'stage'])
    .execute();
  const told = new Map<string, { participant_id: string; kind: string }>();
  for (const { participant_id, obligation, stage } of added) {
    const data = { alert, participant: participant_id, obligation, stage };
    await recordEvent(tx, { type: 'member_reminded', ...act, data });
    told.set(`${participant_id} ${stage}`, { participant_id, kind: `obligation_${stage}` });
  }
  if (told.size === 0) return;
  await tx
    .insertInto('notice')
    .values(
      [...told.values()].map((one) => ({
        ...{ id: newId<NoticeId>(), alert_id: alert, at, ...one },
      })),
    )
    .execute();
}
