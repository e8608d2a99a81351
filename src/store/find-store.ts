import type { FindKind, Shipped } from '../domain/find.ts';
import type { ParticipantId, PersonId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';

/** Where and when a sample was found. */
export type FindRow = {
  readonly kind: FindKind;
  readonly placeEnc: Buffer;
  readonly foundAt: Instant;
  readonly shipped: Shipped;
  /** In whose product; null for another kind of place. */
  readonly member: ParticipantId | null;
  readonly recordedBy: PersonId;
  readonly at: Instant;
};

/** Whether it was kept now: there is one of a sighting, and the first stands. */
export async function insertFind(tx: Tx, sighting: SightingId, find: FindRow): Promise<boolean> {
  const added = await tx
    .insertInto('sighting_find')
    .values({
      sighting_id: sighting,
      kind: find.kind,
      place_enc: find.placeEnc,
      found_at: new Date(find.foundAt),
      shipped: find.shipped,
      member_id: find.member,
      recorded_by: find.recordedBy,
      at: new Date(find.at),
    })
    .onConflict((conflict) => conflict.column('sighting_id').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export async function findOf(tx: Tx, sighting: SightingId): Promise<FindRow | null> {
  const row = await tx
    .selectFrom('sighting_find')
    .selectAll()
    .where('sighting_id', '=', sighting)
    .executeTakeFirst();
  return row
    ? {
        kind: row.kind,
        placeEnc: row.place_enc,
        foundAt: row.found_at,
        shipped: row.shipped,
        member: row.member_id as ParticipantId | null,
        recordedBy: row.recorded_by as PersonId,
        at: row.at,
      }
    : null;
}
