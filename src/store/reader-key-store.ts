import { type RawBuilder, sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { Actor } from '../domain/event.ts';
import type { NoticeId, ParticipantId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** How long before the end of a key its participant is told. */
export const KEY_WARNING_MS = 30 * DAY_MS;

/** Kind of the notice that a key of one of the participant's readers ends soon, or has ended. */
export const KEY_ENDS = 'key_ends';

/**
 * Until when a key is in force that came at `since` and says itself that it ends at `ends`: what it
 * says, else the age that the strictest of the participant's programmes allows; null: for good.
 */
export function keyExpiry(
  since: Instant | RawBuilder<unknown>,
  ends: Instant | null | RawBuilder<unknown>,
): RawBuilder<Date | null> {
  return sql<Date | null>`coalesce(${bound(ends)}, ${bound(since)} + (
    select min(p.key_max_age_days) * interval '1 day'
    from enrolment e join programme p on p.id = e.programme_id
    where e.participant_id = reader.participant_id))`;
}

function bound(at: Instant | null | RawBuilder<unknown>): RawBuilder<unknown> {
  if (typeof at === 'number') return timestamp(at);
  return at ?? sql`null::timestamptz`;
}

/**
 * How old a key may get that does not say itself when it ends; null: any age. Counted from when each
 * key came, at once. The caller holds the exclusive release lock.
 */
export async function putKeyMaxAge(tx: Tx, act: Act, days: number | null): Promise<void> {
  await tx
    .updateTable('programme')
    .set({ key_max_age_days: days })
    .where('id', '=', act.programme)
    .execute();
  await sql`update reader set key_warned_at = null,
      key_expires_at = ${keyExpiry(sql`key_since`, sql`key_ends_at`)}
    where key_since is not null and participant_id in
      (select participant_id from enrolment where programme_id = ${act.programme})`.execute(tx);
  await recordEvent(tx, { type: 'key_max_age_set', ...act, data: { days } });
}

/** For `dueAt`: keys whose participant is to be told. */
export function keysEnding(now: Instant): RawBuilder<unknown> {
  return sql`from reader where key_warned_at is null and removed_at is null
    and key_expires_at <= ${timestamp(plus(now, KEY_WARNING_MS))}`;
}

/**
 * Tells participants, once for each key, that it ends soon, or has ended. Returns how many keys.
 * Killed before the commit, nobody was told, and the next cycle does it.
 */
export async function warnOfKeys(tx: Tx, actor: Actor, now: Instant): Promise<number> {
  const { rows } = await sql<{
    id: ReaderId;
    participant: ParticipantId;
    expiresAt: Instant;
    programme: ProgrammeId | null;
  }>`update reader set key_warned_at = ${timestamp(now)}
    where id in (select id ${keysEnding(now)} order by id limit 200 for update skip locked)
    returning id, participant_id as participant, key_expires_at as "expiresAt",
      (select min(programme_id::text) from enrolment
        where participant_id = reader.participant_id) as programme`.execute(tx);
  const told = new Set<ParticipantId>();
  for (const { id: reader, participant, expiresAt, programme } of rows) {
    const data = { participant, reader, expiresAt };
    await recordEvent(tx, { type: 'key_ending', at: now, actor, programme, data });
    if (!told.has(participant)) await noticeKeys(tx, participant, KEY_ENDS, now);
    told.add(participant);
  }
  return rows.length;
}

/** Tells a participant that something about keys of its own, never what. */
async function noticeKeys(
  tx: Tx,
  participant: ParticipantId,
  kind: string,
  at: Instant,
): Promise<void> {
  await sql`insert into notice (id, participant_id, kind, at)
    values (${newId<NoticeId>()}, ${participant}, ${kind}, ${timestamp(at)})`.execute(tx);
}

/** A reader's key as readers of the same participant may see it. */
export type KeyRow = {
  readonly reader: ReaderId;
  readonly label: string;
  readonly fingerprint: string;
  readonly since: Instant;
  readonly expiresAt: Instant | null;
};

/** The keys of the participant whose transaction this is. */
export async function keysOf(tx: Tx, participant: ParticipantId): Promise<KeyRow[]> {
  const { rows } = await sql<KeyRow>`select id as reader, label, fingerprint, key_since as since,
      key_expires_at as "expiresAt"
    from reader where participant_id = ${participant} and fingerprint is not null
      and removed_at is null order by id`.execute(tx);
  return rows;
}
