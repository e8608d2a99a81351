import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { AlertId, NoticeId, ParticipantId } from '../domain/ids.ts';
import type { ObligationCode } from '../domain/obligation.ts';
import type { Tx } from './database.ts';
import { type Act, insertEvents, prepareEvent } from './event-writer.ts';

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
  const { rows: added } = await sql<Reminder>`
    insert into reminder (alert_id, participant_id, obligation, stage, at)
    select ${alert}::uuid, participant, obligation, stage, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(reminders)}::json)
      as r (participant uuid, obligation text, stage text)
    on conflict do nothing
    returning participant_id as participant, obligation, stage`.execute(tx);
  if (added.length === 0) return;
  const events = added.map((one) =>
    prepareEvent({ type: 'member_reminded', ...act, data: { alert, ...one } }),
  );
  await insertEvents(tx, events);
  const told = new Map(
    added.map(({ participant, stage }) => [
      `${participant} ${stage}`,
      { id: newId<NoticeId>(), participant, kind: `obligation_${stage}` },
    ]),
  );
  await sql`insert into notice (id, participant_id, alert_id, kind, at)
    select id, participant, ${alert}::uuid, kind, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify([...told.values()])}::json)
      as r (id uuid, participant uuid, kind text)`.execute(tx);
}
