import type { Actor } from '../domain/event.ts';
import type { AlertId, ProgrammeId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { EMPTY_LIST, nextList } from '../ledger/evidence-list.ts';
import type { Tx } from './database.ts';
import { insertEvents, prepareEvent } from './event-writer.ts';

/** How many readings have entered a programme's evidence, and the hash over them. */
export type EvidenceHead = { readonly readings: number; readonly list: string };

export async function evidenceHead(tx: Tx, programme: ProgrammeId): Promise<EvidenceHead> {
  const last = await tx
    .selectFrom('evidence_entry')
    .select(['nth', 'list'])
    .where('programme_id', '=', programme)
    .orderBy('nth', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { readings: last?.nth ?? 0, list: last?.list ?? EMPTY_LIST };
}

/**
 * Enters all readings of the programme that read a slot and have not entered, oldest first. The
 * caller holds the lock of traces: the order in which they enter is the one in which they count.
 */
export async function enterReadings(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
): Promise<EvidenceHead> {
  let head = await evidenceHead(tx, act.programme);
  const readings = await tx
    .selectFrom('reading')
    .innerJoin('sighting', 'sighting.id', 'reading.sighting_id')
    .leftJoin('evidence_entry as entry', (join) =>
      join
        .onRef('entry.sighting_id', '=', 'reading.sighting_id')
        .onRef('entry.alert_id', '=', 'reading.alert_id'),
    )
    .select(['reading.sighting_id', 'reading.alert_id', 'reading.sha256'])
    .where('sighting.programme_id', '=', act.programme)
    .where('reading.read', '>', 0)
    .where('entry.nth', 'is', null)
    .orderBy('reading.at')
    .orderBy('reading.sighting_id')
    .orderBy('reading.alert_id')
    .execute();
  for (const { sighting_id: sighting, alert_id: alert, sha256: reading } of readings) {
    head = { readings: head.readings + 1, list: nextList(head.list, reading) };
    const { readings: nth, list } = head;
    await tx
      .insertInto('evidence_entry')
      .values({
        programme_id: act.programme,
        nth,
        sighting_id: sighting,
        alert_id: alert,
        list,
        adds: null,
      })
      .execute();
    const data = { sighting, alert, reading, nth };
    await insertEvents(tx, [prepareEvent({ type: 'evidence_entered', ...act, data })]);
  }
  return head;
}

/** A reading that entered, and may add slots to the evidence. */
export type EntryRow = {
  readonly nth: number;
  readonly sighting: SightingId;
  readonly alert: AlertId;
  readonly readingEnc: Buffer;
};

/** The entries of a programme in their order, without those known to add nothing. */
export async function evidenceEntries(tx: Tx, programme: ProgrammeId): Promise<EntryRow[]> {
  const rows = await tx
    .selectFrom('evidence_entry as entry')
    .innerJoin('reading', (join) =>
      join
        .onRef('reading.sighting_id', '=', 'entry.sighting_id')
        .onRef('reading.alert_id', '=', 'entry.alert_id'),
    )
    .select(['entry.nth', 'entry.sighting_id', 'entry.alert_id', 'reading.reading_enc'])
    .where('entry.programme_id', '=', programme)
    .where((where) => where.or([where('entry.adds', 'is', null), where('entry.adds', '>', 0)]))
    .orderBy('entry.nth')
    .execute();
  return rows.map((row) => ({
    nth: row.nth,
    sighting: row.sighting_id as SightingId,
    alert: row.alert_id as AlertId,
    readingEnc: row.reading_enc,
  }));
}

/** Keeps how many slots an entry adds: it is the same for ever, as what came before it is. */
export async function putAdds(
  tx: Tx,
  programme: ProgrammeId,
  nth: number,
  adds: number,
): Promise<void> {
  await tx
    .updateTable('evidence_entry')
    .set({ adds })
    .where('programme_id', '=', programme)
    .where('nth', '=', nth)
    .where('adds', 'is', null)
    .execute();
}
