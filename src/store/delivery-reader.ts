import { sql } from 'kysely';
import type { Consent, Enrolment } from '../domain/enrolment.ts';
import type { AlertId, ArtifactId, DeliveryId, ParticipantId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type AlertColumns, type AlertRow, alertFromRow } from './alert-reader.ts';
import type { Tx } from './database.ts';
import { type EnrolmentColumns, enrolmentFromRow } from './participant-reader.ts';

/** What a release to one reader depends on, besides the artifacts. */
export type ReaderFacts = {
  readonly alert: AlertRow;
  readonly enrolment: Enrolment;
  readonly consent: Consent;
  readonly recipient: string;
  readonly fingerprint: string;
  readonly policySha256: string;
  readonly clockDoubted: boolean;
  readonly wordCommitted: boolean;
};

type FactColumns = AlertColumns &
  EnrolmentColumns & {
    consent: Consent | null;
    age_recipient: string | null;
    fingerprint: string | null;
    policy: string;
    doubted: boolean;
    committed: boolean;
  };

/**
 * The alert and the facts of a joined reader with respect to it, in one statement; null when the
 * reader, its enrolment in the alert's programme, or the alert is not visible in this transaction.
 */
export async function readerFacts(
  tx: Tx,
  alert: AlertId,
  reader: ReaderId,
): Promise<ReaderFacts | null> {
  const { rows } = await sql<FactColumns>`
    select a.id, a.programme_id, a.author_id, a.state, a.disclosure_at, a.opens_at, a.tlp,
      a.use_permissions, a.head_enc, a.version,
      e.tier, e.standing, e.duty, e.agreement_signed_at, e.agreement_expires_at, e.consent_mode,
      c.consent, r.age_recipient, r.fingerprint, p.sha256 as policy,
      exists (select 1 from clock_mark m where m.doubted_at is not null) as doubted,
      exists (select 1 from word_commitment w where w.alert_id = a.id and w.reader_id = r.id)
        as committed
    from alert a
    join reader r on r.id = ${reader}
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = r.participant_id
    join policy_version p on p.programme_id = a.programme_id and p.active
    left join consent c on c.alert_id = a.id and c.participant_id = r.participant_id
    where a.id = ${alert} and a.state <> 'draft' and r.removed_at is null`.execute(tx);
  const row = rows[0];
  if (!row?.age_recipient || !row.fingerprint) return null;
  return {
    alert: alertFromRow(row),
    enrolment: enrolmentFromRow(row),
    consent: row.consent ?? 'no_embargo',
    recipient: row.age_recipient,
    fingerprint: row.fingerprint,
    policySha256: row.policy,
    clockDoubted: row.doubted,
    wordCommitted: row.committed,
  };
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

/** A delivery of the caller, for its receipt. */
export async function deliveryById(
  tx: Tx,
  id: DeliveryId,
): Promise<{ alert: AlertId; participant: ParticipantId; reader: ReaderId } | null> {
  const row = await tx
    .selectFrom('delivery')
    .select(['alert_id', 'participant_id', 'reader_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row
    ? {
        alert: row.alert_id as AlertId,
        participant: row.participant_id as ParticipantId,
        reader: row.reader_id as ReaderId,
      }
    : null;
}
