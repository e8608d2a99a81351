import { type RawBuilder, sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { Actor } from '../domain/event.ts';
import type { NoticeId, ParticipantId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { KeyReport } from '../domain/key-report.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** How long before the end of a key its participant is told. */
export const KEY_WARNING_MS = 30 * DAY_MS;

/**
 * Kinds of the notices that a key of one of the participant's readers ends soon or has ended, and
 * that another was brought or one reported.
 */
export const KEY_NOTICES = ['key_ends', 'key_changed'] as const;

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
 * How old a key may get that does not say itself when it ends; null: any age. Counted from when
 * each key came, at once; a key that has ended stays so, or one person would open again what was
 * shut. The caller holds the exclusive release lock.
 */
export async function putKeyMaxAge(tx: Tx, act: Act, days: number | null): Promise<void> {
  await tx
    .updateTable('programme')
    .set({ key_max_age_days: days })
    .where('id', '=', act.programme)
    .execute();
  await sql`update reader set key_warned_at = null,
      key_expires_at = ${keyExpiry(sql`key_since`, sql`key_ends_at`)}
    where key_since is not null and key_reported is null
      and (key_expires_at is null or key_expires_at > ${timestamp(act.at)}) and participant_id in
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
    if (!told.has(participant)) await noticeKeys(tx, participant, 'key_ends', now);
    told.add(participant);
  }
  return rows.length;
}

/** Tells a participant that there is something about keys of its own, never what. */
export async function noticeKeys(
  tx: Tx,
  participant: ParticipantId,
  kind: (typeof KEY_NOTICES)[number],
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
  readonly reported: KeyReport | null;
  /** What is taken up in its place at an instant; null: nothing waits. */
  readonly next: { readonly fingerprint: string; readonly opensAt: Instant } | null;
};

/** The keys of the participant whose transaction this is. */
export async function keysOf(tx: Tx, participant: ParticipantId): Promise<KeyRow[]> {
  const { rows } = await sql<
    Omit<KeyRow, 'next'> & { nextFingerprint: string | null; nextFrom: Instant | null }
  >`select id as reader, label, fingerprint, key_since as since, key_expires_at as "expiresAt",
      key_reported as reported, next_fingerprint as "nextFingerprint", next_from as "nextFrom"
    from reader where participant_id = ${participant} and fingerprint is not null
      and removed_at is null order by id`.execute(tx);
  return rows.map(({ nextFingerprint, nextFrom, ...key }) => ({
    ...key,
    next:
      nextFingerprint === null || nextFrom === null
        ? null
        : { fingerprint: nextFingerprint, opensAt: nextFrom },
  }));
}

/** A reader whose keys are to change. */
export type KeyHolder = {
  readonly id: ReaderId;
  readonly participant: ParticipantId;
  readonly fingerprint: string;
  readonly signKey: Buffer;
  readonly reported: KeyReport | null;
};

/** Null for who has not joined. Locked, so that two changes wait for each other. */
export async function keyHolder(tx: Tx, id: ReaderId): Promise<KeyHolder | null> {
  const { rows } = await sql<KeyHolder>`select id, participant_id as participant, fingerprint,
      sign_key as "signKey", key_reported as reported
    from reader where id = ${id} and fingerprint is not null and removed_at is null
    for update`.execute(tx);
  return rows[0] ?? null;
}

/** Keys to be taken up later, in place of whatever was to be. */
export async function putNextKeys(
  tx: Tx,
  act: Act,
  reader: { readonly id: ReaderId; readonly participant: ParticipantId },
  keys: {
    readonly recipient: string;
    readonly signKey: Buffer;
    readonly fingerprint: string;
    readonly keyEndsAt: Instant | null;
    readonly opensAt: Instant;
  },
): Promise<void> {
  const { fingerprint, opensAt, keyEndsAt } = keys;
  await tx
    .updateTable('reader')
    .set({
      invitation_hash: null,
      invitation_expires_at: null,
      next_recipient: keys.recipient,
      next_sign_key: keys.signKey,
      next_fingerprint: fingerprint,
      next_key_ends_at: keyEndsAt === null ? null : new Date(keyEndsAt),
      next_from: new Date(opensAt),
    })
    .where('id', '=', reader.id)
    .execute();
  const data = { participant: reader.participant, reader: reader.id, fingerprint, opensAt };
  await recordEvent(tx, { type: 'key_brought', ...act, data });
  await noticeKeys(tx, reader.participant, 'key_changed', act.at);
}

/** For `dueAt`: keys that are to be taken up. */
export function nextKeysDue(now: Instant): RawBuilder<unknown> {
  return sql`from reader where next_from <= ${timestamp(now)}`;
}

/**
 * Takes up keys whose time has come. Returns how many readers have others now. Killed before the
 * commit, the old ones are in force until the next cycle.
 */
export async function takeUpKeys(tx: Tx, actor: Actor, now: Instant): Promise<number> {
  const { rows } = await sql<{
    id: ReaderId;
    participant: ParticipantId;
    fingerprint: string;
    programme: ProgrammeId | null;
  }>`update reader set age_recipient = next_recipient, sign_key = next_sign_key,
      fingerprint = next_fingerprint, key_since = next_from, key_ends_at = next_key_ends_at,
      key_expires_at = ${keyExpiry(sql`next_from`, sql`next_key_ends_at`)}, key_warned_at = null,
      past_sign_keys = case when key_reported is null
        then array_append(past_sign_keys, sign_key) else past_sign_keys end,
      key_reported = null, next_recipient = null, next_sign_key = null, next_fingerprint = null,
      next_key_ends_at = null, next_from = null
    where id in (select id ${nextKeysDue(now)} order by id limit 200 for update skip locked)
    returning id, participant_id as participant, fingerprint,
      (select min(programme_id::text) from enrolment
        where participant_id = reader.participant_id) as programme`.execute(tx);
  for (const { id: reader, participant, fingerprint, programme } of rows) {
    const data = { participant, reader, fingerprint };
    await recordEvent(tx, { type: 'key_taken_up', at: now, actor, programme, data });
  }
  return rows.length;
}

/** Nobody brings keys any more, by an invitation that is open, and none are taken up. */
export const NONE_COME: RawBuilder<unknown> = sql`invitation_hash = null,
  invitation_expires_at = null, next_recipient = null, next_sign_key = null,
  next_fingerprint = null, next_key_ends_at = null, next_from = null`;

/** Of a reader whose access ends. Who joins at the same time has joined before, or does not. */
export async function dropComing(
  tx: Tx,
  { actor, at }: Pick<Act, 'actor' | 'at'>,
  reader: string,
): Promise<void> {
  const { rows } = await sql<{ participant: ParticipantId }>`update reader set ${NONE_COME}
    where id = ${reader} and (invitation_hash is not null or next_from is not null)
    returning participant_id as participant`.execute(tx);
  for (const { participant } of rows) {
    const data = { participant, reader };
    await recordEvent(tx, { type: 'coming_keys_ended', at, programme: null, actor, data });
  }
}

/**
 * Ends a reader's keys, and whatever was to take their place: nothing is sealed to them from the
 * commit on. The caller holds the exclusive release lock of the participant's programmes.
 */
export async function putKeyReport(
  tx: Tx,
  act: Act,
  { id: reader, participant }: KeyHolder,
  what: KeyReport,
): Promise<void> {
  await sql`update reader set key_reported = ${what}, key_expires_at = ${timestamp(act.at)},
      key_warned_at = ${timestamp(act.at)}, ${NONE_COME} where id = ${reader}`.execute(tx);
  await recordEvent(tx, { type: 'key_reported', ...act, data: { participant, reader, what } });
  await noticeKeys(tx, participant, 'key_changed', act.at);
}

/** Lets a reader whose keys were reported bring others, once. */
export async function putReinvitation(
  tx: Tx,
  act: Act,
  { id: reader, participant }: Pick<KeyHolder, 'id' | 'participant'>,
  invitation: { readonly hash: Buffer; readonly expiresAt: Instant },
): Promise<void> {
  await tx
    .updateTable('reader')
    .set({
      invitation_hash: invitation.hash,
      invitation_expires_at: new Date(invitation.expiresAt),
    })
    .where('id', '=', reader)
    .execute();
  await recordEvent(tx, { type: 'reader_invited', ...act, data: { participant, reader } });
}

/**
 * In which programmes a participant is, and how it stands there: in the order of `programmes`, in
 * which whoever locks several of them does.
 */
export async function standingsOf(
  tx: Tx,
  participant: ParticipantId,
): Promise<{ readonly programme: ProgrammeId; readonly standing: string }[]> {
  const { rows } = await sql<{ programme: ProgrammeId; standing: string }>`select
      e.programme_id as programme, e.standing from enrolment e
    join programme p on p.id = e.programme_id
    where e.participant_id = ${participant} order by p.created_at, p.id`.execute(tx);
  return rows;
}
