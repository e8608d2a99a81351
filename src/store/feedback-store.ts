import type { FeedbackWord } from '../domain/feedback.ts';
import type {
  AlertId,
  ArtifactId,
  FeedbackId,
  ParticipantId,
  ProgrammeId,
  ReaderId,
} from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** What a participant said of an artifact that it has tried. */
export type FeedbackRow = {
  readonly id: FeedbackId;
  readonly artifact: ArtifactId;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly says: FeedbackWord;
  /** Ciphertext; null: it gave no details. */
  readonly textEnc: Buffer | null;
  readonly at: Instant;
};

/** The question that it puts on the issuer's list, unless all is well. */
const FEEDBACK_GIVEN = 'FEEDBACK_GIVEN';

/**
 * Keeps it with its event; of what does not work also a question on the issuer's list, one for each
 * artifact and reader while it is open.
 * @param text SHA-256 of the details, in hex.
 */
export async function insertFeedback(
  tx: Tx,
  act: Act & { readonly programme: ProgrammeId },
  alert: AlertId,
  feedback: Omit<FeedbackRow, 'at'>,
  text: string | null,
): Promise<void> {
  const { id, artifact, participant, reader, says, textEnc } = feedback;
  const of = {
    ...{ alert_id: alert, artifact_id: artifact },
    ...{ participant_id: participant, reader_id: reader },
  };
  const at = new Date(act.at);
  await tx
    .insertInto('feedback')
    .values({ id, ...of, says, text_enc: textEnc, at })
    .execute();
  if (says !== 'works') {
    await tx
      .insertInto('work_item')
      .values({ id, programme_id: act.programme, code: FEEDBACK_GIVEN, ...of, at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const data = { feedback: id, alert, artifact, participant, reader, says, text };
  await recordEvent(tx, { type: 'feedback_given', ...act, data });
}

/** Of an alert, newest first, at most `limit`. */
export async function feedbackOf(tx: Tx, alert: AlertId, limit: number): Promise<FeedbackRow[]> {
  const rows = await tx
    .selectFrom('feedback')
    .select(['id', 'artifact_id', 'participant_id', 'reader_id', 'says', 'text_enc', 'at'])
    .where('alert_id', '=', alert)
    .orderBy('serial', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id as FeedbackId,
    artifact: row.artifact_id as ArtifactId,
    participant: row.participant_id as ParticipantId,
    reader: row.reader_id as ReaderId,
    says: row.says,
    textEnc: row.text_enc,
    at: row.at,
  }));
}

/** How many participants said what last of each artifact. */
export async function feedbackCounts(tx: Tx, alert: AlertId): Promise<FeedbackCount[]> {
  const last = tx
    .selectFrom('feedback')
    .distinctOn(['artifact_id', 'participant_id'])
    .select(['artifact_id', 'says'])
    .where('alert_id', '=', alert)
    .orderBy('artifact_id')
    .orderBy('participant_id')
    .orderBy('serial', 'desc');
  const rows = await tx
    .selectFrom(last.as('last'))
    .select(({ fn }) => ['artifact_id', 'says', fn.countAll<number>().as('participants')])
    .groupBy(['artifact_id', 'says'])
    .orderBy('artifact_id')
    .orderBy('says')
    .execute();
  return rows.map(({ artifact_id, says, participants }) => ({
    artifact: artifact_id as ArtifactId,
    says,
    participants,
  }));
}

export type FeedbackCount = {
  readonly artifact: ArtifactId;
  readonly says: FeedbackWord;
  readonly participants: number;
};

/** Whether a participant was ever handed a copy of an artifact of this alert. */
export async function hasCopyOf(
  tx: Tx,
  participant: ParticipantId,
  { alert, artifact }: { readonly alert: AlertId; readonly artifact: ArtifactId },
): Promise<boolean> {
  const row = await tx
    .selectFrom('delivery')
    .select('id')
    .where('artifact_id', '=', artifact)
    .where('alert_id', '=', alert)
    .where('participant_id', '=', participant)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
