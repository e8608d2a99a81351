import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { FindKind, Shipped } from '../../domain/find.ts';
import type { ParticipantId, SightingId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { findOf, insertFind } from '../../store/find-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import { type Sighting, sightingForUpdate } from '../../store/trace-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { unknownSighting } from './approved-sighting.ts';

/** Where and when a sample was found, as an investigator knows it. */
export type Find = {
  readonly kind: FindKind;
  /** In words, 1 to 2 000 characters: an address, a product and its version. Kept encrypted. */
  readonly place: string;
  readonly foundAt: Instant;
  readonly shipped: Shipped;
  /** In whose product; null for another kind of place. */
  readonly member: ParticipantId | null;
};

const MAX_PLACE = 2_000;

/**
 * Records where and when a sample was found, and whether it could come from a lawfully shipped
 * product. It is recorded once, and before the sample is traced: nobody is named without it.
 * @throws INVALID_INPUT for a find in the future, or in a product of nobody; CONFLICT where another
 *   one is recorded.
 */
export async function recordFind(
  context: Context,
  caller: PersonCaller,
  id: SightingId,
  find: Find,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ recorded: boolean }> {
  if (find.place.trim() === '' || find.place.length > MAX_PLACE) {
    throw invalid('place', `1 to ${MAX_PLACE} characters`, find.place.length);
  }
  if (find.foundAt > now) throw invalid('foundAt', 'a time that has come', find.foundAt);
  if ((find.kind === 'member_product') !== (find.member !== null)) {
    throw invalid('member', 'a participant if, and only if, kind is member_product', find.member);
  }
  return once(context, key, now, async (tx) => {
    const sighting = await sightingForUpdate(tx, id);
    if (!sighting) throw unknownSighting();
    await checkMember(tx, sighting, find.member);
    const { kind, foundAt, shipped, member } = find;
    const placeEnc = encryptColumn(context.keys.sightings, rowOf(id), Buffer.from(find.place));
    const row = { kind, placeEnc, foundAt, shipped, member, recordedBy: caller.id, at: now };
    if (!(await insertFind(tx, id, row))) {
      throw new TocsinError('CONFLICT', 'find: expected none recorded of this sighting, found one');
    }
    await recordEvent(tx, {
      type: 'find_recorded',
      at: now,
      programme: sighting.programme,
      actor: actorOf(caller),
      data: { sighting: id, kind, foundAt, shipped, member },
    });
    return { recorded: true };
  });
}

async function checkMember(
  tx: Tx,
  { programme }: Sighting,
  member: ParticipantId | null,
): Promise<void> {
  if (member === null || (await enrolmentOf(tx, programme, member))) return;
  throw new TocsinError('NOT_FOUND', 'member: expected a participant of the programme', {
    field: 'member',
  });
}

/** The find of a sighting; null before it was recorded. */
export async function readFind(context: Context, tx: Tx, id: SightingId): Promise<Find | null> {
  const row = await findOf(tx, id);
  if (!row) return null;
  const { kind, foundAt, shipped, member } = row;
  const place = decryptColumn(context.keys.sightings, rowOf(id), row.placeEnc).toString();
  return { kind, place, foundAt, shipped, member };
}

/** The same. @throws CONFLICT before it was recorded. */
export async function requireFind(context: Context, tx: Tx, id: SightingId): Promise<Find> {
  const find = await readFind(context, tx, id);
  if (find) return find;
  throw new TocsinError(
    'CONFLICT',
    'find: expected place and time of it recorded before the sample is traced, found none',
    { field: 'find' },
  );
}

function rowOf(id: SightingId): string {
  return `sighting/${id}/place`;
}
