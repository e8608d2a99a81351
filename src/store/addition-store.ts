import { type Selectable, sql } from 'kysely';
import type { ArtifactHead } from '../domain/alert.ts';
import type { ArtifactId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type ArtifactRow, artifactFromRow } from './alert-reader.ts';
import { artifactColumns, insertAuthor, recordFrozen, type StoredContent } from './alert-writer.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** An artifact that somebody proposes for an alert under way. */
export type Addition = {
  /** As it would be among the alert's; `ordinal` is the number of those it was frozen beside. */
  readonly artifact: ArtifactRow;
  /** Keyed hash of content and slot table. */
  readonly commitment: string;
  readonly proposer: PersonId;
  readonly decidedAt: Instant | null;
};

/** Keeps it apart from the alert's artifacts. Whoever proposes it is an author of the alert. */
export async function insertAddition(
  tx: Tx,
  act: Act,
  head: ArtifactHead,
  content: StoredContent,
  proposer: PersonId,
): Promise<void> {
  await tx
    .insertInto('addition')
    .values({
      ...artifactColumns(head, content),
      commitment: content.commitment,
      proposer_id: proposer,
      at: new Date(act.at),
      approver_id: null,
      decided_at: null,
      ended: null,
    })
    .execute();
  await insertAuthor(tx, act, head.alert);
  await recordFrozen(tx, act, head, content);
  const data = { alert: head.alert, artifact: head.id };
  await recordEvent(tx, { type: 'addition_proposed', ...act, data });
}

/** An addition, or null. */
export async function additionById(tx: Tx, id: ArtifactId): Promise<Addition | null> {
  const row: Selectable<Database['addition']> | undefined = await tx
    .selectFrom('addition')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    artifact: artifactFromRow(row),
    commitment: row.commitment,
    proposer: row.proposer_id as PersonId,
    decidedAt: row.decided_at,
  };
}

/**
 * Puts it among the alert's artifacts, at `ordinal`. The database refuses an approver who is the
 * proposer, and none (null) but after a wait. The caller holds the exclusive release lock.
 */
export async function admitAddition(
  tx: Tx,
  act: Act,
  { artifact }: Addition,
  approved: {
    readonly ordinal: number;
    readonly approver: PersonId | null;
    readonly digest: string;
  },
): Promise<void> {
  const { id, alert } = artifact;
  const { ordinal, approver, digest } = approved;
  await sql`insert into artifact (id, alert_id, ordinal, kind, variant, format, marking, version,
      reduced_by, revises, source_published_at, head_enc, content_enc, slots_enc, slots,
      copy_length)
    select id, alert_id, ${ordinal}, kind, variant, format, marking, version,
      reduced_by, revises, source_published_at, head_enc, content_enc, slots_enc, slots,
      copy_length
    from addition where id = ${id}`.execute(tx);
  const nothing = Buffer.alloc(0);
  await tx
    .updateTable('addition')
    .set({
      approver_id: approver,
      decided_at: new Date(act.at),
      content_enc: nothing,
      slots_enc: nothing,
    })
    .where('id', '=', id)
    .execute();
  const data = { alert, artifact: id, digest };
  await recordEvent(tx, { type: 'addition_approved', ...act, data });
}
