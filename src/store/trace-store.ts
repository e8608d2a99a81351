import { sql } from 'kysely';
import type { AlertId, PersonId, ProgrammeId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';

export type Sighting = {
  readonly id: SightingId;
  readonly programme: ProgrammeId;
  readonly openedBy: PersonId;
  readonly at: Instant;
  readonly sampleSha256: string;
  readonly sampleEnc: Buffer;
};

export async function insertSighting(tx: Tx, sighting: Sighting): Promise<void> {
  await tx
    .insertInto('sighting')
    .values({
      id: sighting.id,
      programme_id: sighting.programme,
      opened_by: sighting.openedBy,
      at: new Date(sighting.at),
      sample_sha256: sighting.sampleSha256,
      sample_enc: sighting.sampleEnc,
    })
    .execute();
}

/** Sightings opened after an instant: by a person, and in a programme. */
export async function sightingsSince(
  tx: Tx,
  by: { readonly person: PersonId; readonly programme: ProgrammeId },
  since: Instant,
): Promise<{ person: number; programme: number }> {
  return tx
    .selectFrom('sighting')
    .where('at', '>', timestamp(since))
    .select(({ fn }) => [
      fn.countAll<number>().filterWhere('opened_by', '=', by.person).as('person'),
      fn.countAll<number>().filterWhere('programme_id', '=', by.programme).as('programme'),
    ])
    .executeTakeFirstOrThrow();
}

/** The sighting with its row locked, so that two traces of it run one after the other. */
export async function sightingForUpdate(tx: Tx, id: SightingId): Promise<Sighting | null> {
  const row = await tx
    .selectFrom('sighting')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row
    ? {
        id: row.id as SightingId,
        programme: row.programme_id as ProgrammeId,
        openedBy: row.opened_by as PersonId,
        at: row.at,
        sampleSha256: row.sample_sha256,
        sampleEnc: row.sample_enc,
      }
    : null;
}

/** Who opened and who approved are persons, and the database refuses one who is both. */
export async function insertTraceApproval(
  tx: Tx,
  approval: {
    readonly sighting: SightingId;
    readonly openedBy: PersonId;
    readonly approver: PersonId;
    readonly at: Instant;
  },
): Promise<boolean> {
  const added = await tx
    .insertInto('trace_approval')
    .values({
      sighting_id: approval.sighting,
      opened_by: approval.openedBy,
      approver_id: approval.approver,
      at: new Date(approval.at),
    })
    .onConflict((conflict) => conflict.column('sighting_id').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export async function traceApproved(tx: Tx, sighting: SightingId): Promise<boolean> {
  const row = await tx
    .selectFrom('trace_approval')
    .select('approver_id')
    .where('sighting_id', '=', sighting)
    .executeTakeFirst();
  return row !== undefined;
}

/** The committed reading of a sighting against one alert; the first one stands for ever. */
export async function insertReading(
  tx: Tx,
  reading: {
    readonly sighting: SightingId;
    readonly alert: AlertId;
    readonly sha256: string;
    readonly readingEnc: Buffer;
    /** Slots that were read. */
    readonly read: number;
    readonly at: Instant;
  },
): Promise<void> {
  await tx
    .insertInto('reading')
    .values({
      sighting_id: reading.sighting,
      alert_id: reading.alert,
      sha256: reading.sha256,
      reading_enc: reading.readingEnc,
      at: new Date(reading.at),
      read: reading.read,
    })
    .execute();
}

export async function readingsOf(
  tx: Tx,
  sighting: SightingId,
): Promise<{ alert: AlertId; sha256: string; readingEnc: Buffer; at: Instant }[]> {
  const rows = await tx
    .selectFrom('reading')
    .select(['alert_id', 'sha256', 'reading_enc', 'at'])
    .where('sighting_id', '=', sighting)
    .orderBy('alert_id')
    .execute();
  return rows.map((row) => ({
    alert: row.alert_id as AlertId,
    sha256: row.sha256,
    readingEnc: row.reading_enc,
    at: row.at,
  }));
}

/** What the ledger has of an alert's mark key and slot tables. */
export type MarksCommitted = {
  /** Hashes, hex. */
  readonly key: string;
  readonly tables: string;
  readonly at: Instant;
  /** The tick, and so the leaf of the log, that has it; null: none has it yet. */
  readonly tick: number | null;
};

/** The last commitment of an alert; null where there is none, or its event was erased. */
export async function marksCommitted(tx: Tx, alert: AlertId): Promise<MarksCommitted | null> {
  const { rows } = await sql<{ key: string | null; tables: string; at: Instant; tick: number }>`
    select issuer_body::json -> 'data' ->> 'key' as key,
      issuer_body::json -> 'data' ->> 'tables' as tables, at, tick
    from event where type = 'marks_committed' and ${alert}::uuid = any(subjects)
    order by serial desc limit 1`.execute(tx);
  const [row] = rows;
  return row && row.key !== null ? { ...row, key: row.key } : null;
}

/** The last look spent in this installation: the n of the error budget (docs/decisions/0008). */
export async function looksSpent(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('trace_report')
    .select((expression) => expression.fn.max('look').as('last'))
    .executeTakeFirst();
  return row?.last ?? 0;
}

export async function insertTraceReport(
  tx: Tx,
  report: {
    readonly sighting: SightingId;
    readonly look: number;
    readonly sha256: string;
    readonly reportEnc: Buffer;
    readonly tracedBy: PersonId;
    readonly at: Instant;
  },
): Promise<void> {
  await tx
    .insertInto('trace_report')
    .values({
      sighting_id: report.sighting,
      look: report.look,
      sha256: report.sha256,
      report_enc: report.reportEnc,
      traced_by: report.tracedBy,
      at: new Date(report.at),
    })
    .execute();
}

/** A stored report: what it says is encrypted. */
export type StoredReport = {
  readonly sha256: string;
  readonly reportEnc: Buffer;
  readonly tracedBy: PersonId;
  readonly at: Instant;
};

export async function traceReportOf(tx: Tx, sighting: SightingId): Promise<StoredReport | null> {
  const row = await tx
    .selectFrom('trace_report')
    .select(['sha256', 'report_enc', 'traced_by', 'at'])
    .where('sighting_id', '=', sighting)
    .executeTakeFirst();
  if (!row) return null;
  const { sha256, report_enc: reportEnc, traced_by: tracedBy, at } = row;
  return { sha256, reportEnc, tracedBy: tracedBy as PersonId, at };
}
