import { type Selectable, sql } from 'kysely';
import type {
  Consent,
  ConsentMode,
  DutyFacts,
  Enrolment,
  Involvement,
  Standing,
} from '../domain/enrolment.ts';
import type { AlertId, ParticipantId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ReaderRole } from '../domain/reader-role.ts';
import type { Tx } from './database.ts';
import type { Database } from './schema.ts';

export type EnrolmentColumns = Pick<
  Selectable<Database['enrolment']>,
  | 'tier'
  | 'standing'
  | 'duty'
  | 'agreement_signed_at'
  | 'agreement_expires_at'
  | 'consent_mode'
  | 'profile'
  | 'transition'
>;

/**
 * The facts of enrolment as the decision takes them. Values were checked when they were written.
 */
export function enrolmentFromRow(row: EnrolmentColumns): Enrolment {
  const signedAt = row.agreement_signed_at;
  const expiresAt = row.agreement_expires_at;
  return {
    tier: row.tier,
    standing: row.standing as Standing,
    duty: row.duty as DutyFacts,
    agreement: signedAt !== null && expiresAt !== null ? { signedAt, expiresAt } : null,
    consentMode: row.consent_mode as ConsentMode,
    profile: row.profile,
    ...(row.transition === null ? {} : { transition: row.transition }),
  };
}

export type Enrolled = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly enrolment: Enrolment;
  /** Whether its confidentiality is in doubt. */
  readonly doubted: boolean;
  /** By which calendar of the policy its holidays are kept; null: nobody has said. */
  readonly calendar: string | null;
};

/** One page of a programme's enrolments in participant order, after `after`. */
export async function enrolmentsPage(
  tx: Tx,
  programme: ProgrammeId,
  after: ParticipantId | null,
  limit: number,
): Promise<Enrolled[]> {
  const rows = await tx
    .selectFrom('enrolment')
    .innerJoin('participant', 'participant.id', 'enrolment.participant_id')
    .selectAll('enrolment')
    .select('participant.name')
    .where('enrolment.programme_id', '=', programme)
    .where('enrolment.participant_id', '>', after ?? '00000000-0000-0000-0000-000000000000')
    .orderBy('enrolment.participant_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    participant: row.participant_id as ParticipantId,
    name: row.name,
    enrolment: enrolmentFromRow(row),
    doubted: row.doubted,
    calendar: row.calendar,
  }));
}

/** One participant's enrolment, or null. */
export async function enrolmentOf(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<Enrolled | null> {
  const row = await tx
    .selectFrom('enrolment')
    .innerJoin('participant', 'participant.id', 'enrolment.participant_id')
    .selectAll('enrolment')
    .select('participant.name')
    .where('enrolment.programme_id', '=', programme)
    .where('enrolment.participant_id', '=', participant)
    .executeTakeFirst();
  if (!row) return null;
  const { name, doubted, calendar } = row;
  return { participant, name, enrolment: enrolmentFromRow(row), doubted, calendar };
}

/** The oldest programme that a participant is enrolled in, or null. */
export async function firstProgrammeOf(
  tx: Tx,
  participant: ParticipantId,
): Promise<ProgrammeId | null> {
  const row = await tx
    .selectFrom('enrolment')
    .innerJoin('programme', 'programme.id', 'enrolment.programme_id')
    .select('programme.id')
    .where('enrolment.participant_id', '=', participant)
    .orderBy('programme.created_at')
    .orderBy('programme.id')
    .limit(1)
    .executeTakeFirst();
  return row ? (row.id as ProgrammeId) : null;
}

/** Names of participants that are not in a programme: a name is one organisation's. */
export async function namesElsewhere(tx: Tx, programme: ProgrammeId): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from participant p where not exists
    (select 1 from enrolment e where e.participant_id = p.id
      and e.programme_id = ${programme})`.execute(tx);
  return new Set(rows.map(({ name }) => name));
}

/** The calendars by which the active participants of a programme keep their holidays. */
export async function calendarsOf(tx: Tx, programme: ProgrammeId): Promise<string[]> {
  const rows = await tx
    .selectFrom('enrolment')
    .select('calendar')
    .distinct()
    .where('programme_id', '=', programme)
    .where('standing', '=', 'active')
    .where('calendar', 'is not', null)
    .orderBy('calendar')
    .execute();
  return rows.flatMap(({ calendar }) => (calendar === null ? [] : [calendar]));
}

/** Whether facts of a participant's enrolment were changed after an instant. */
export async function enrolmentChangedSince(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
  since: Instant,
): Promise<boolean> {
  const { rows } = await sql<{ changed: boolean }>`select exists (select 1 from event
    where type = 'enrolment_changed' and programme_id = ${programme}
      and at > ${new Date(since)} and ${participant}::uuid = any(subjects)) as changed`.execute(tx);
  return rows[0]?.changed ?? true;
}

/** What a participant is to one alert: its consent to the embargo, and its part in the matter. */
export type AlertRelation = { readonly consent: Consent; readonly involvement: Involvement };

/** Of a participant that nothing was recorded of. */
export const NO_RELATION: AlertRelation = { consent: 'no_embargo', involvement: 'none' };

/**
 * What these participants, or all (null), are to one alert. Who has no record is `NO_RELATION`.
 */
export async function relationsTo(
  tx: Tx,
  alert: AlertId,
  participants: readonly ParticipantId[] | null,
): Promise<Map<ParticipantId, AlertRelation>> {
  if (participants?.length === 0) return new Map();
  const { rows } = await sql<{
    participant_id: ParticipantId;
    consent: Consent | null;
    involvement: Involvement | null;
  }>`select participant_id, c.consent, i.involvement
    from (select participant_id, consent from consent where alert_id = ${alert}) c
    full join (select participant_id, involvement from alert_involvement
      where alert_id = ${alert}) i using (participant_id)
    where ${participants}::uuid[] is null or participant_id = any(${participants}::uuid[])`.execute(
    tx,
  );
  return new Map(
    rows.map(({ participant_id: id, consent, involvement }) => [
      id,
      {
        consent: consent ?? NO_RELATION.consent,
        involvement: involvement ?? NO_RELATION.involvement,
      },
    ]),
  );
}

export type Reader = {
  readonly id: ReaderId;
  readonly participant: ParticipantId;
  readonly label: string;
  readonly recipient: string | null;
  readonly signKey: Buffer | null;
  readonly fingerprint: string | null;
  readonly joinedAt: Instant | null;
  readonly role: ReaderRole;
  /** Null: it goes on. */
  readonly removedAt: Instant | null;
};

function readerFromRow(row: Selectable<Database['reader']>): Reader {
  return {
    id: row.id as ReaderId,
    participant: row.participant_id as ParticipantId,
    label: row.label,
    recipient: row.age_recipient,
    signKey: row.sign_key,
    fingerprint: row.fingerprint,
    joinedAt: row.joined_at,
    role: row.role,
    removedAt: row.removed_at,
  };
}

/** The readers of one participant that were not removed. */
export async function readersOf(tx: Tx, participant: ParticipantId): Promise<Reader[]> {
  return (await everyReaderOf(tx, participant)).filter(({ removedAt }) => removedAt === null);
}

/** All that there ever were: who was removed keeps what it was handed, and its name in a trace. */
export async function everyReaderOf(tx: Tx, participant: ParticipantId): Promise<Reader[]> {
  const rows = await tx
    .selectFrom('reader')
    .selectAll()
    .where('participant_id', '=', participant)
    .orderBy('id')
    .execute();
  return rows.map(readerFromRow);
}

/**
 * The open invitation behind a secret's hash, locked so that two uses of one link cannot both join.
 */
export async function invitationByHash(
  tx: Tx,
  hash: Buffer,
): Promise<(Reader & { readonly expiresAt: Instant }) | null> {
  const row = await tx
    .selectFrom('reader')
    .selectAll()
    .where('invitation_hash', '=', hash)
    .where('removed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row || row.invitation_expires_at === null) return null;
  return { ...readerFromRow(row), expiresAt: row.invitation_expires_at };
}

/** Counts of joined and invited readers of a programme, for its cap. */
export async function countReaders(tx: Tx, programme: ProgrammeId): Promise<number> {
  const row = await tx
    .selectFrom('reader')
    .innerJoin('enrolment', 'enrolment.participant_id', 'reader.participant_id')
    .where('enrolment.programme_id', '=', programme)
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
