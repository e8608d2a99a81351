import type { Selectable } from 'kysely';
import type { AlertState } from '../domain/alert.ts';
import type {
  ArtifactKind,
  Format,
  Marking,
  Tlp,
  UsePermission,
  Variant,
} from '../domain/artifact.ts';
import type { AlertId, ArtifactId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import { type Tx, timestamp } from './database.ts';
import type { Database } from './schema.ts';

/** An alert as stored: its title is in `headEnc`. */
export type AlertRow = {
  readonly id: AlertId;
  readonly programme: ProgrammeId;
  readonly author: PersonId;
  readonly state: AlertState;
  readonly schedule: Schedule;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  readonly headEnc: Buffer;
  readonly version: number;
};

/** An artifact as stored, without its content: its name is in `headEnc`. */
export type ArtifactRow = {
  readonly id: ArtifactId;
  readonly alert: AlertId;
  readonly ordinal: number;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly marking: Marking;
  readonly version: number;
  readonly reducedBy: ArtifactId | null;
  readonly revises: ArtifactId | null;
  readonly sourcePublishedAt: Instant | null;
  readonly headEnc: Buffer;
  readonly slots: number;
  readonly copyLength: number;
};

const ALERT_COLUMNS = [
  'alert.id',
  'alert.programme_id',
  'alert.author_id',
  'alert.state',
  'alert.disclosure_at',
  'alert.opens_at',
  'alert.tlp',
  'alert.use_permissions',
  'alert.head_enc',
  'alert.version',
] as const;

const ARTIFACT_COLUMNS = [
  'artifact.id',
  'artifact.alert_id',
  'artifact.ordinal',
  'artifact.kind',
  'artifact.variant',
  'artifact.format',
  'artifact.marking',
  'artifact.version',
  'artifact.reduced_by',
  'artifact.revises',
  'artifact.source_published_at',
  'artifact.head_enc',
  'artifact.slots',
  'artifact.copy_length',
] as const;

export type AlertColumns = Omit<Selectable<Database['alert']>, 'created_at'>;
type ArtifactColumns = Omit<Selectable<Database['artifact']>, 'content_enc' | 'slots_enc'>;

export function alertFromRow(row: AlertColumns): AlertRow {
  return {
    id: row.id as AlertId,
    programme: row.programme_id as ProgrammeId,
    author: row.author_id as PersonId,
    state: row.state as AlertState,
    schedule: {
      disclosureAt: row.disclosure_at,
      opensAt: row.opens_at as Record<string, Instant>,
    },
    tlp: row.tlp as Tlp,
    usePermissions: row.use_permissions as UsePermission[],
    headEnc: row.head_enc,
    version: row.version,
  };
}

export function artifactFromRow(row: ArtifactColumns): ArtifactRow {
  return {
    id: row.id as ArtifactId,
    alert: row.alert_id as AlertId,
    ordinal: row.ordinal,
    kind: row.kind as ArtifactKind,
    variant: row.variant as Variant,
    format: row.format as Format,
    marking: row.marking as Marking,
    version: row.version,
    reducedBy: row.reduced_by as ArtifactId | null,
    revises: row.revises as ArtifactId | null,
    sourcePublishedAt: row.source_published_at,
    headEnc: row.head_enc,
    slots: row.slots,
    copyLength: row.copy_length,
  };
}

export async function alertById(tx: Tx, id: AlertId): Promise<AlertRow | null> {
  const row = await tx
    .selectFrom('alert')
    .select(ALERT_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? alertFromRow(row) : null;
}

/** The same with its row locked, for a change of the draft. */
export async function alertForUpdate(tx: Tx, id: AlertId): Promise<AlertRow | null> {
  const row = await tx
    .selectFrom('alert')
    .select(ALERT_COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? alertFromRow(row) : null;
}

/** Alerts this transaction may see, oldest id first, after `after`. */
export async function alertsPage(
  tx: Tx,
  programme: ProgrammeId | null,
  after: AlertId | null,
  limit: number,
): Promise<AlertRow[]> {
  let query = tx.selectFrom('alert').select(ALERT_COLUMNS).orderBy('id').limit(limit);
  if (programme) query = query.where('programme_id', '=', programme);
  if (after) query = query.where('id', '>', after);
  return (await query.execute()).map(alertFromRow);
}

/** The drafts and the alerts under way of a programme: as many as its persons work on. */
export async function openAlertsOf(tx: Tx, programme: ProgrammeId): Promise<AlertRow[]> {
  const rows = await tx
    .selectFrom('alert')
    .select(ALERT_COLUMNS)
    .where('programme_id', '=', programme)
    .where('state', '<>', 'closed')
    .orderBy('id')
    .execute();
  return rows.map(alertFromRow);
}

/** Those approved, whose disclosure is to come or came after an instant. */
export async function alertsDisclosedAfter(
  tx: Tx,
  programme: ProgrammeId,
  after: Instant,
): Promise<AlertRow[]> {
  const rows = await tx
    .selectFrom('alert')
    .select(ALERT_COLUMNS)
    .where('programme_id', '=', programme)
    .where('state', '<>', 'draft')
    .where('disclosure_at', '>', timestamp(after))
    .orderBy('id')
    .execute();
  return rows.map(alertFromRow);
}

/** All of them, in order, also those that a later one revises (`standing`). */
export async function artifactsOf(tx: Tx, alert: AlertId): Promise<ArtifactRow[]> {
  const rows = await tx
    .selectFrom('artifact')
    .select(ARTIFACT_COLUMNS)
    .where('alert_id', '=', alert)
    .orderBy('ordinal')
    .execute();
  return rows.map(artifactFromRow);
}

/** Ciphertext of one artifact's content and slot table. */
export async function contentOf(
  tx: Tx,
  artifact: ArtifactId,
): Promise<{ contentEnc: Buffer; slotsEnc: Buffer } | null> {
  const row = await tx
    .selectFrom('artifact')
    .select(['content_enc', 'slots_enc'])
    .where('id', '=', artifact)
    .executeTakeFirst();
  return row ? { contentEnc: row.content_enc, slotsEnc: row.slots_enc } : null;
}

/** The alert's keys as wrapped under the master key of `kid`. */
export async function wrappedKeys(
  tx: Tx,
  alert: AlertId,
): Promise<{ purpose: string; kid: string; wrapped: Buffer }[]> {
  return tx
    .selectFrom('wrapped_key')
    .select(['purpose', 'kid', 'wrapped'])
    .where('alert_id', '=', alert)
    .execute();
}

/** When an alert was first approved, whether or not that approval is in force; null: never. */
export async function firstApproval(tx: Tx, alert: AlertId): Promise<Instant | null> {
  const row = await tx
    .selectFrom('approval')
    .select('at')
    .where('alert_id', '=', alert)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** The approval in force, or null. */
export async function approvalOf(
  tx: Tx,
  alert: AlertId,
): Promise<{ plan: string; approver: PersonId | null; at: Instant } | null> {
  const row = await tx
    .selectFrom('approval')
    .selectAll()
    .where('alert_id', '=', alert)
    .where('voided_at', 'is', null)
    .executeTakeFirst();
  return row
    ? { plan: row.plan_sha256, approver: row.approver_id as PersonId | null, at: row.at }
    : null;
}
