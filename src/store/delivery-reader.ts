import { sql } from 'kysely';
import type { PlatformState } from '../domain/decision.ts';
import type { Consent, Enrolment, Involvement } from '../domain/enrolment.ts';
import type {
  AlertId,
  ArtifactId,
  DeliveryId,
  ParticipantId,
  ProgrammeId,
  ReaderId,
} from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type AlertColumns, type AlertRow, alertFromRow } from './alert-reader.ts';
import type { Tx } from './database.ts';
import {
  type AlertRelation,
  type EnrolmentColumns,
  enrolmentFromRow,
  NO_RELATION,
} from './participant-reader.ts';

/** What a release to one reader depends on, besides the artifacts. */
export type ReaderFacts = {
  readonly alert: AlertRow;
  readonly enrolment: Enrolment;
  readonly relation: AlertRelation;
  readonly doubted: boolean;
  readonly recipient: string;
  readonly fingerprint: string;
  /** From when on nothing is sealed to the key; null: it does not end. */
  readonly keyExpiresAt: Instant | null;
  readonly policySha256: string;
  readonly clockDoubted: boolean;
  readonly platform: PlatformState;
  readonly wordCommitted: boolean;
  /** Whether the alert's mark key is sealed away, so that no copy can be made. */
  readonly sealed: boolean;
  readonly log: LogHead;
};

/**
 * How many ticks the log has, and the latest instant that it or the clock's high-water mark has
 * seen; null before both.
 */
export type LogHead = { readonly size: number; readonly at: Instant | null };

/** What `tocsin_release_facts` gives; instants as milliseconds, bytes in base64. */
type FactRow = Omit<AlertColumns, 'head_enc'> &
  EnrolmentColumns & {
    head_enc: string;
    consent: Consent | null;
    involvement: Involvement | null;
    age_recipient: string | null;
    fingerprint: string | null;
    key_expires_at: Instant | null;
    policy: string;
    doubted: boolean;
    clock_doubted: boolean;
    compromised: boolean;
    committed: boolean;
    sealed: boolean;
    log_size: number;
    log_at: Instant | null;
  };

/**
 * The facts as the store's release transaction read them; null when there is nothing to be seen.
 */
export function readerFactsFrom(facts: unknown): ReaderFacts | null {
  const row = facts as FactRow | null;
  if (!row?.age_recipient || !row.fingerprint) return null;
  return {
    alert: alertFromRow({ ...row, head_enc: Buffer.from(row.head_enc, 'base64') }),
    enrolment: enrolmentFromRow(row),
    relation: {
      consent: row.consent ?? NO_RELATION.consent,
      involvement: row.involvement ?? NO_RELATION.involvement,
    },
    recipient: row.age_recipient,
    fingerprint: row.fingerprint,
    keyExpiresAt: row.key_expires_at,
    policySha256: row.policy,
    doubted: row.doubted,
    clockDoubted: row.clock_doubted,
    platform: row.compromised ? 'compromised' : 'sound',
    wordCommitted: row.committed,
    sealed: row.sealed,
    log: { size: row.log_size, at: row.log_at },
  };
}

/**
 * The same for several alerts in one round trip: takes the release lock of the programme of each
 * and reads the facts. Alerts that the reader cannot see have no entry.
 */
export async function readerFactsOf(
  tx: Tx,
  to: { readonly participant: ParticipantId; readonly reader: ReaderId },
  alerts: readonly AlertId[],
): Promise<Map<AlertId, ReaderFacts>> {
  const { rows } = await sql<{ id: AlertId; facts: unknown }>`
    select id, tocsin_release_facts(${to.participant}, id, ${to.reader}) as facts
    from unnest(${alerts}::uuid[]) as id`.execute(tx);
  const found = new Map<AlertId, ReaderFacts>();
  for (const { id, facts } of rows) {
    const read = readerFactsFrom(facts);
    if (read) found.set(id, read);
  }
  return found;
}

/** Who was handed what of an alert, and when: exposure and the candidates of a trace. */
export type DeliveryRow = {
  readonly id: DeliveryId;
  readonly artifact: ArtifactId;
  readonly version: number;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly at: Instant;
};

export async function deliveriesOf(tx: Tx, alert: AlertId): Promise<DeliveryRow[]> {
  const rows = await tx
    .selectFrom('delivery')
    .select(['id', 'artifact_id', 'version', 'participant_id', 'reader_id', 'at'])
    .where('alert_id', '=', alert)
    .orderBy('at')
    .execute();
  return rows.map((row) => ({
    id: row.id as DeliveryId,
    artifact: row.artifact_id as ArtifactId,
    version: row.version,
    participant: row.participant_id as ParticipantId,
    reader: row.reader_id as ReaderId,
    at: row.at,
  }));
}

/** A copy that a participant was handed, and what it has said of giving it up since. */
export type HeldCopy = Omit<DeliveryRow, 'participant'> & {
  readonly alert: AlertId;
  readonly acknowledgedAt: Instant | null;
  /** Its last word for the obligation `return_copies` that came after the copy. */
  readonly attested: { readonly says: string; readonly at: Instant } | null;
};

/** A page of a participant's copies in one programme, in order of their ids. */
export async function copiesHeldBy(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
  after: DeliveryId | null,
  limit: number,
): Promise<HeldCopy[]> {
  const { rows } = await sql<
    Omit<HeldCopy, 'attested'> & { readonly says: string | null; readonly saidAt: Instant | null }
  >`select d.id, d.alert_id as alert, d.artifact_id as artifact, d.version,
      d.reader_id as reader, d.at, r.at as "acknowledgedAt", o.says, o.at as "saidAt"
    from delivery d
    join alert a on a.id = d.alert_id and a.programme_id = ${programme}
    left join receipt r on r.delivery_id = d.id
    left join lateral (select says, at from obligation_report
      where alert_id = d.alert_id and participant_id = d.participant_id
        and code = 'return_copies' and at >= d.at
      order by at desc limit 1) o on true
    where d.participant_id = ${participant} and (${after}::uuid is null or d.id > ${after}::uuid)
    order by d.id limit ${limit}`.execute(tx);
  return rows.map(({ says, saidAt, ...copy }) => ({
    ...copy,
    attested: says === null || saidAt === null ? null : { says, at: saidAt },
  }));
}

/** When a participant, or one reader of it, was first handed each artifact of an alert, if so. */
export async function firstDeliveries(
  tx: Tx,
  alert: AlertId,
  participant: ParticipantId,
  reader: ReaderId | null = null,
): Promise<Map<ArtifactId, Instant>> {
  const rows = await tx
    .selectFrom('delivery')
    .select(['artifact_id', (expression) => expression.fn.min('at').as('first')])
    .where('alert_id', '=', alert)
    .where('participant_id', '=', participant)
    .$if(reader !== null, (query) => query.where('reader_id', '=', reader))
    .groupBy('artifact_id')
    .execute();
  return new Map(rows.map((row) => [row.artifact_id as ArtifactId, row.first]));
}

/** A delivery as its receipt names it, and who may sign that. */
export type SentDelivery = {
  readonly programme: ProgrammeId | null;
  readonly reader: ReaderId;
  /** Those the reader has and has had, but for any that was reported. */
  readonly signKeys: readonly Buffer[];
  /** The hashes are null where none were kept yet. */
  readonly manifestSha256: Buffer | null;
  readonly ciphertextSha256: Buffer | null;
};

/** As `tocsin_receipt_facts` gives it: bytes in hex. */
type SentFacts = {
  readonly programme: ProgrammeId | null;
  readonly reader: ReaderId;
  readonly signKey: string | null;
  readonly pastSignKeys: readonly string[];
  readonly manifestSha256: string | null;
  readonly ciphertextSha256: string | null;
};

/** What `store.receipt` read; null: no such delivery of this participant's. */
export function sentDelivery(read: unknown): SentDelivery | null {
  const facts = read as SentFacts | null;
  if (facts === null) return null;
  const { programme, reader, signKey, pastSignKeys } = facts;
  const keys = signKey === null ? pastSignKeys : [signKey, ...pastSignKeys];
  return {
    programme,
    reader,
    signKeys: keys.map((key) => Buffer.from(key, 'hex')),
    manifestSha256: bytesOrNull(facts.manifestSha256),
    ciphertextSha256: bytesOrNull(facts.ciphertextSha256),
  };
}

function bytesOrNull(hex: string | null): Buffer | null {
  return hex === null ? null : Buffer.from(hex, 'hex');
}
