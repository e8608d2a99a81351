import { sql } from 'kysely';
import type {
  AlertId,
  ParticipantId,
  PersonId,
  ProgrammeId,
  ReviewId,
  SightingId,
} from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** When somebody last looked at a participant, and by when somebody is to look again. */
export type LastReview = { readonly at: Instant; readonly nextAt: Instant };

/** Keeps that a participant was reviewed, with its event. */
export async function insertReview(
  tx: Tx,
  act: Act,
  review: {
    readonly id: ReviewId;
    readonly participant: ParticipantId;
    readonly reviewer: PersonId;
    readonly nextAt: Instant;
    /** Ciphertext; null: nothing was noted. */
    readonly noteEnc: Buffer | null;
  },
  note: string | null,
): Promise<void> {
  const { id, participant, reviewer, nextAt, noteEnc } = review;
  await tx
    .insertInto('member_review')
    .values({
      ...{ id, programme_id: act.programme, participant_id: participant, person_id: reviewer },
      ...{ next_at: new Date(nextAt), note_enc: noteEnc, at: new Date(act.at) },
    })
    .execute();
  const data = { review: id, participant, nextAt, note };
  await recordEvent(tx, { type: 'member_reviewed', ...act, data });
}

/** The last review of each participant of a programme that had one. */
export async function lastReviews(
  tx: Tx,
  programme: ProgrammeId,
): Promise<Map<ParticipantId, LastReview>> {
  const rows = await tx
    .selectFrom('member_review')
    .distinctOn('participant_id')
    .select(['participant_id', 'at', 'next_at'])
    .where('programme_id', '=', programme)
    .orderBy('participant_id')
    .orderBy('serial', 'desc')
    .execute();
  return new Map(
    rows.map((row) => [row.participant_id as ParticipantId, { at: row.at, nextAt: row.next_at }]),
  );
}

/** When each participant of a programme last stated facts of itself, if not reviewed since. */
export async function statedSinceReview(
  tx: Tx,
  programme: ProgrammeId,
): Promise<{ participant: ParticipantId; at: Instant }[]> {
  const { rows } = await sql<{ participant: ParticipantId; at: Instant }>`
    select s.participant_id as participant, max(s.at) as at from member_statement s
    where s.programme_id = ${programme} and not exists (select 1 from member_review r
      where r.programme_id = s.programme_id and r.participant_id = s.participant_id
        and r.at >= s.at)
    group by s.participant_id`.execute(tx);
  return rows;
}

/** Reports of a programme that were released since an instant, oldest first. */
export async function releasedSince(
  tx: Tx,
  programme: ProgrammeId,
  since: Instant,
): Promise<{ sighting: SightingId; at: Instant }[]> {
  const { rows } = await sql<{ sighting: SightingId; at: Instant }>`
    select r.sighting_id as sighting, r.at
    from report_release r join sighting s on s.id = r.sighting_id
    where s.programme_id = ${programme} and r.at >= ${new Date(since)}
    order by r.at, r.sighting_id`.execute(tx);
  return rows;
}

/** Leaks of their own that participants of a programme reported since they were last reviewed. */
export async function leaksSinceReview(
  tx: Tx,
  programme: ProgrammeId,
): Promise<{ participant: ParticipantId; alert: AlertId; at: Instant }[]> {
  const { rows } = await sql<{ participant: string; alert: string; at: Instant }>`
    select l.participant_id as participant, l.alert_id as alert, max(l.at) as at
    from leak_report l join alert a on a.id = l.alert_id
    where a.programme_id = ${programme} and not exists (select 1 from member_review r
      where r.programme_id = a.programme_id and r.participant_id = l.participant_id
        and r.at >= l.at)
    group by l.participant_id, l.alert_id`.execute(tx);
  return rows.map(({ participant, alert, at }) => ({
    participant: participant as ParticipantId,
    alert: alert as AlertId,
    at,
  }));
}
