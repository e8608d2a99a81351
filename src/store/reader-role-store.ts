import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { NoticeId, ParticipantId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ReaderRole } from '../domain/reader-role.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import { NONE_COME } from './reader-key-store.ts';

/** The kind of the notice that a participant's readers are others than before. */
export const READERS_NOTICE = 'readers_changed';

/** A reader as others of its participant see it. */
export type ReaderRow = {
  readonly reader: ReaderId;
  readonly label: string;
  readonly role: ReaderRole;
  /** Null: invited. */
  readonly joinedAt: Instant | null;
};

/** Of a participant, those that were not removed. */
export async function readerRows(tx: Tx, participant: ParticipantId): Promise<ReaderRow[]> {
  const { rows } = await sql<ReaderRow>`select id as reader, label, role, joined_at as "joinedAt"
    from reader where participant_id = ${participant} and removed_at is null
    order by joined_at nulls last, id`.execute(tx);
  return rows;
}

/** A reader whose part in its participant is looked at or changed. */
export type RoleHolder = {
  readonly id: ReaderId;
  readonly participant: ParticipantId;
  readonly role: ReaderRole;
  readonly label: string;
  /** Whether it has joined and its keys were not reported. */
  readonly inForce: boolean;
};

/** Locked, so that two changes wait for each other; null for one that was removed, or is none. */
export async function roleHolder(tx: Tx, id: ReaderId): Promise<RoleHolder | null> {
  const { rows } = await sql<RoleHolder>`select id, participant_id as participant, role, label,
      joined_at is not null and key_reported is null as "inForce"
    from reader where id = ${id} and removed_at is null for no key update`.execute(tx);
  return rows[0] ?? null;
}

/** Whether a participant has an administrator besides this one whose keys are in force. */
export async function otherAdministrator(
  tx: Tx,
  { id, participant }: Pick<RoleHolder, 'id' | 'participant'>,
): Promise<boolean> {
  const { rows } = await sql`select from reader where participant_id = ${participant}
    and role = 'administrator' and joined_at is not null and removed_at is null
    and key_reported is null and id <> ${id} limit 1`.execute(tx);
  return rows.length > 0;
}

export async function putRole(
  tx: Tx,
  act: Act,
  { id: reader, participant }: Pick<RoleHolder, 'id' | 'participant'>,
  role: ReaderRole,
): Promise<void> {
  await tx.updateTable('reader').set({ role }).where('id', '=', reader).execute();
  const data = { participant, reader, role };
  await recordEvent(tx, { type: 'reader_role_set', ...act, data });
}

/** Whoever joins first is the administrator; of two at once one. */
export async function appointFirst(
  tx: Tx,
  act: Act,
  first: Pick<RoleHolder, 'id' | 'participant'>,
): Promise<void> {
  await sql`select from participant where id = ${first.participant} for no key update`.execute(tx);
  const { rows } = await sql<{ due: boolean }>`select role = 'reader' and not exists (
      select from reader o where o.participant_id = r.participant_id
        and o.role = 'administrator' and o.joined_at is not null and o.removed_at is null) as due
    from reader r where r.id = ${first.id}`.execute(tx);
  if (rows[0]?.due === true) await putRole(tx, act, first, 'administrator');
}

/**
 * Nothing is sealed to it from the commit on, whatever was on its way. Its row stays, for what it
 * was handed. The caller holds the exclusive release lock of the participant's programmes.
 */
export async function putRemoval(
  tx: Tx,
  act: Act,
  { id: reader, participant }: Pick<RoleHolder, 'id' | 'participant'>,
): Promise<void> {
  await sql`update reader set removed_at = ${timestamp(act.at)}, ${NONE_COME}
    where id = ${reader}`.execute(tx);
  await recordEvent(tx, { type: 'reader_removed', ...act, data: { participant, reader } });
}

/** Tells a participant that its readers are others than before, never which. */
export async function noticeReaders(
  tx: Tx,
  participant: ParticipantId,
  at: Instant,
): Promise<void> {
  await sql`insert into notice (id, participant_id, kind, at)
    values (${newId<NoticeId>()}, ${participant}, ${READERS_NOTICE}, ${timestamp(at)})`.execute(tx);
}
