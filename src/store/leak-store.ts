import type { AlertId, LeakId, ParticipantId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** A leak of its own that a participant reported. */
export type LeakRow = {
  readonly id: LeakId;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly noticedAt: Instant;
  /** Ciphertext. */
  readonly textEnc: Buffer;
  readonly reportedAt: Instant;
};

/** The question that a report puts on the issuer's list. */
const LEAK_REPORTED = 'LEAK_REPORTED';

/**
 * Keeps a report, with its event, and a question on the issuer's list: one for each participant and
 * alert while it is open.
 * @param text SHA-256 of what the report says, in hex.
 */
export async function insertLeak(
  tx: Tx,
  act: Act & { readonly programme: ProgrammeId },
  alert: AlertId,
  leak: Omit<LeakRow, 'reportedAt'>,
  text: string,
): Promise<void> {
  const { id, participant, reader, noticedAt, textEnc } = leak;
  const of = { alert_id: alert, participant_id: participant, reader_id: reader };
  await tx
    .insertInto('leak_report')
    .values({
      ...{ id, ...of, text_enc: textEnc },
      ...{ noticed_at: new Date(noticedAt), at: new Date(act.at) },
    })
    .execute();
  await tx
    .insertInto('work_item')
    .values({
      ...{ id, programme_id: act.programme, code: LEAK_REPORTED, ...of },
      ...{ artifact_id: null, at: new Date(act.at) },
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const data = { leak: id, alert, participant, reader, noticedAt, text };
  await recordEvent(tx, { type: 'leak_reported', ...act, data });
}

/** The reports of an alert, oldest first. */
export async function leaksOf(tx: Tx, alert: AlertId): Promise<LeakRow[]> {
  const rows = await tx
    .selectFrom('leak_report')
    .select(['id', 'participant_id', 'reader_id', 'noticed_at', 'text_enc', 'at'])
    .where('alert_id', '=', alert)
    .orderBy('at')
    .orderBy('noticed_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id as LeakId,
    participant: row.participant_id as ParticipantId,
    reader: row.reader_id as ReaderId,
    noticedAt: row.noticed_at,
    textEnc: row.text_enc,
    reportedAt: row.at,
  }));
}
