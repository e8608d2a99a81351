import type { ParticipantId, PersonId, ReplyId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';

/** Who released a report, and when. */
export type Release = { readonly by: PersonId; readonly at: Instant };

/** Whether it was released now. The database refuses a releaser who traced. */
export async function insertRelease(
  tx: Tx,
  sighting: SightingId,
  { tracedBy, by, at }: Release & { readonly tracedBy: PersonId },
): Promise<boolean> {
  const added = await tx
    .insertInto('report_release')
    .values({ sighting_id: sighting, traced_by: tracedBy, released_by: by, at: new Date(at) })
    .onConflict((conflict) => conflict.column('sighting_id').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export async function releaseOf(tx: Tx, sighting: SightingId): Promise<Release | null> {
  const row = await tx
    .selectFrom('report_release')
    .select(['released_by', 'at'])
    .where('sighting_id', '=', sighting)
    .executeTakeFirst();
  return row ? { by: row.released_by as PersonId, at: row.at } : null;
}

/** What a participant said to a report; its text is encrypted. */
export type ReplyRow = {
  readonly id: ReplyId;
  readonly participant: ParticipantId;
  readonly sha256: string;
  readonly textEnc: Buffer;
  readonly recordedBy: PersonId;
  readonly at: Instant;
};

export async function insertReply(tx: Tx, sighting: SightingId, reply: ReplyRow): Promise<void> {
  await tx
    .insertInto('report_reply')
    .values({
      id: reply.id,
      sighting_id: sighting,
      participant_id: reply.participant,
      text_sha256: reply.sha256,
      text_enc: reply.textEnc,
      recorded_by: reply.recordedBy,
      at: new Date(reply.at),
    })
    .execute();
}

/** The replies to a report, oldest first. */
export async function repliesTo(tx: Tx, sighting: SightingId): Promise<ReplyRow[]> {
  const rows = await tx
    .selectFrom('report_reply')
    .selectAll()
    .where('sighting_id', '=', sighting)
    .orderBy('serial')
    .execute();
  return rows.map((row) => ({
    id: row.id as ReplyId,
    participant: row.participant_id as ParticipantId,
    sha256: row.text_sha256,
    textEnc: row.text_enc,
    recordedBy: row.recorded_by as PersonId,
    at: row.at,
  }));
}
