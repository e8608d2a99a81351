import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { InvitationId } from '../domain/embargo.ts';
import type { Actor } from '../domain/event.ts';
import type { AlertId, ArtifactId, NoticeId, ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { insertEvents, prepareEvent } from './event-writer.ts';

export type WaveState = 'pending' | 'running' | 'done';

export type Wave = {
  readonly alert: AlertId;
  readonly at: Instant;
  readonly state: WaveState;
  /** The last participant whose batch is committed; the next batch starts after it. */
  readonly cursor: ParticipantId | null;
  readonly counts: WaveCounts;
};

/** Decisions (participant × artifact) by outcome, grants, and reasons of what was not allowed. */
export type WaveCounts = {
  readonly allowed: number;
  readonly reduced: number;
  readonly held: number;
  readonly denied: number;
  readonly granted: number;
  readonly reasons: Readonly<Record<string, number>>;
};

type WaveColumns = WaveCounts & {
  alert_id: string;
  at: Instant;
  state: string;
  cursor: string | null;
};

function waveFromRow(row: WaveColumns): Wave {
  const { allowed, reduced, held, denied, granted, reasons } = row;
  return {
    alert: row.alert_id as AlertId,
    at: row.at,
    state: row.state as WaveState,
    cursor: row.cursor as ParticipantId | null,
    counts: { allowed, reduced, held, denied, granted, reasons },
  };
}

/** A wave by its name, and the programme whose lock it needs: neither ever changes. */
export type DueWave = Pick<Wave, 'alert' | 'at'> & { readonly programme: ProgrammeId };

/** The earliest wave that is due and not done, of none of these alerts, without locking it. */
export async function nextDueWave(
  tx: Tx,
  now: Instant,
  except: readonly AlertId[],
): Promise<DueWave | null> {
  const row = await tx
    .selectFrom('wave')
    .innerJoin('alert', 'alert.id', 'wave.alert_id')
    .select(['wave.alert_id', 'wave.at', 'alert.programme_id'])
    .where('wave.state', '<>', 'done')
    .where('wave.at', '<=', timestamp(now))
    .where('wave.alert_id', '<>', sql<string>`all(${except}::uuid[])`)
    .orderBy('wave.at')
    .orderBy('wave.alert_id')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const programme = row.programme_id as ProgrammeId;
  return { alert: row.alert_id as AlertId, at: row.at, programme };
}

/** The wave's row, locked: a second worker on the same wave waits, then sees the moved cursor. */
export async function waveForUpdate(tx: Tx, alert: AlertId, at: Instant): Promise<Wave | null> {
  const row = await tx
    .selectFrom('wave')
    .selectAll()
    .where('alert_id', '=', alert)
    .where('at', '=', timestamp(at))
    .forUpdate()
    .executeTakeFirst();
  return row ? waveFromRow(row) : null;
}

export async function wavesOf(tx: Tx, alert: AlertId): Promise<Wave[]> {
  const rows = await tx
    .selectFrom('wave')
    .selectAll()
    .where('alert_id', '=', alert)
    .orderBy('at')
    .execute();
  return rows.map(waveFromRow);
}

/** When participants of each tier were first granted something of an alert. */
export async function firstGrants(
  tx: Tx,
  programme: ProgrammeId,
  alert: AlertId,
): Promise<Map<string, Instant>> {
  const rows = await tx
    .selectFrom('release_grant')
    .innerJoin('enrolment', 'enrolment.participant_id', 'release_grant.participant_id')
    .select(({ fn }) => ['enrolment.tier', fn.min('release_grant.granted_at').as('at')])
    .where('release_grant.alert_id', '=', alert)
    .where('enrolment.programme_id', '=', programme)
    .groupBy('enrolment.tier')
    .execute();
  return new Map(rows.map(({ tier, at }) => [tier, at]));
}

/** Waves that have begun and their alerts, newest last: what a late-comer is decided for. */
export async function wavesBegun(tx: Tx, programme: ProgrammeId): Promise<Wave[]> {
  const rows = await tx
    .selectFrom('wave')
    .innerJoin('alert', 'alert.id', 'wave.alert_id')
    .selectAll('wave')
    .where('alert.programme_id', '=', programme)
    .where('wave.state', '<>', 'pending')
    .orderBy('wave.at')
    .execute();
  return rows.map(waveFromRow);
}

/** Moves a wave on. The caller holds its row and commits this with the batch's grants. */
export async function updateWave(
  tx: Tx,
  wave: Pick<Wave, 'alert' | 'at' | 'state' | 'cursor' | 'counts'>,
): Promise<void> {
  const { reasons, ...counts } = wave.counts;
  await tx
    .updateTable('wave')
    .set({
      state: wave.state,
      cursor: wave.cursor,
      ...counts,
      reasons: JSON.stringify(reasons),
    })
    .where('alert_id', '=', wave.alert)
    .where('at', '=', timestamp(wave.at))
    .execute();
}

export type NewGrant = {
  readonly participant: ParticipantId;
  readonly allowed: number;
  readonly reduced: number;
  /** SHA-256 over what is open, whole and reduced; null where it was not kept yet. */
  readonly opened: Buffer | null;
  /**
   * Those that the participant sees, reduced variants in the place of what is withheld; null as
   * `opened`.
   */
  readonly artifacts: readonly ArtifactId[] | null;
};

/** A grant, and whether its participant is told that something waits. */
export type ToldGrant = NewGrant & { readonly told: boolean };

/**
 * Writes grants, their events and their notices. A wave gives each participant one; who is decided
 * again within the same wave, and now gets something else, gets another. The same grant at the same
 * instant is left as it is, without a second event or notice. Returns how many were new.
 */
export async function insertGrants(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  wave: { readonly alert: AlertId; readonly at: Instant },
  grants: readonly ToldGrant[],
): Promise<number> {
  if (grants.length === 0) return 0;
  const rows = grants.map((grant) => ({ ...grant, opened: grant.opened?.toString('hex') ?? null }));
  const { rows: inserted } = await sql<{ participant_id: string }>`
    insert into release_grant (alert_id, participant_id, wave_at, granted_at, allowed, reduced,
      opened, artifacts)
    select ${wave.alert}::uuid, participant, ${new Date(wave.at)}, ${new Date(act.at)}, allowed,
      reduced, decode(opened, 'hex'), artifacts
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (participant uuid, allowed integer,
      reduced integer, opened text, artifacts uuid[])
    on conflict do nothing returning participant_id`.execute(tx);
  const isNew = new Set(inserted.map((row) => row.participant_id));
  const fresh = grants.filter((grant) => isNew.has(grant.participant));
  await insertEvents(
    tx,
    fresh.map((grant) =>
      prepareEvent({
        type: 'granted',
        ...act,
        data: {
          alert: wave.alert,
          participant: grant.participant,
          wave: wave.at,
          allowed: grant.allowed,
          reduced: grant.reduced,
        },
      }),
    ),
  );
  await insertNotices(
    tx,
    wave.alert,
    fresh.filter(({ told }) => told).map(({ participant }) => participant),
    act.at,
  );
  return fresh.length;
}

async function insertNotices(
  tx: Tx,
  alert: AlertId,
  participants: readonly ParticipantId[],
  at: Instant,
): Promise<void> {
  if (participants.length === 0) return;
  const notices = participants.map((participant) => ({ id: newId(), participant }));
  await sql`insert into notice (id, participant_id, alert_id, kind, at)
    select id, participant, ${alert}::uuid, 'something_waits', ${new Date(at)}
    from json_to_recordset(${JSON.stringify(notices)}::json)
      as r (id uuid, participant uuid)`.execute(tx);
}

/** What these participants were last granted of an alert: the newest grant each. */
export async function lastGrants(
  tx: Tx,
  alert: AlertId,
  participants: readonly ParticipantId[],
): Promise<Map<ParticipantId, NewGrant>> {
  if (participants.length === 0) return new Map();
  const rows = await tx
    .selectFrom('release_grant')
    .distinctOn('participant_id')
    .select(['participant_id', 'allowed', 'reduced', 'opened', 'artifacts'])
    .where('alert_id', '=', alert)
    .where('participant_id', '=', sql<string>`any(${participants}::uuid[])`)
    .orderBy('participant_id')
    .orderBy('granted_at', 'desc')
    .orderBy('wave_at', 'desc')
    .execute();
  return new Map(
    rows.map((row) => [
      row.participant_id as ParticipantId,
      {
        participant: row.participant_id as ParticipantId,
        allowed: row.allowed,
        reduced: row.reduced,
        opened: row.opened,
        artifacts: row.artifacts as ArtifactId[] | null,
      },
    ]),
  );
}

/** Publishes artifacts to everybody; one already public stays as it is. */
export async function insertPublications(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  alert: AlertId,
  artifacts: readonly { readonly id: ArtifactId; readonly version: number }[],
): Promise<void> {
  for (const artifact of artifacts) {
    const added = await tx
      .insertInto('publication')
      .values({ alert_id: alert, artifact_id: artifact.id, at: new Date(act.at) })
      .onConflict((conflict) => conflict.column('artifact_id').doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 0n) continue;
    await insertEvents(tx, [
      prepareEvent({
        type: 'disclosed',
        ...act,
        data: { alert, artifact: artifact.id, version: artifact.version },
      }),
    ]);
  }
}

/** A notice as stored. The alert is for deciding whether it may be shown, never to be shown. */
export type NoticeRow = {
  readonly id: NoticeId;
  readonly kind: string;
  readonly at: Instant;
  /** What it is of: an alert, or an invitation; the other is null. */
  readonly alert: AlertId | null;
  readonly invitation: InvitationId | null;
};

/** A participant's notices after `after` (exclusive), in order; the serial stays in the store. */
export async function noticesPage(
  tx: Tx,
  after: NoticeId | null,
  limit: number,
): Promise<NoticeRow[]> {
  let query = tx
    .selectFrom('notice')
    .select(['id', 'kind', 'at', 'alert_id', 'invitation_id'])
    .orderBy('serial')
    .limit(limit);
  if (after) {
    query = query.where('serial', '>', (select) =>
      select.selectFrom('notice as n').select('n.serial').where('n.id', '=', after),
    );
  }
  const rows = await query.execute();
  return rows.map(({ id, kind, at, alert_id, invitation_id }) => ({
    id: id as NoticeId,
    kind,
    at,
    alert: alert_id as AlertId | null,
    invitation: invitation_id as InvitationId | null,
  }));
}

/** Participants to be decided again, at an instant that is not a wave's. */
export type Redecision = {
  readonly alert: AlertId;
  readonly participant: ParticipantId;
  readonly at: Instant;
};

export async function insertRedecisions(tx: Tx, due: readonly Redecision[]): Promise<void> {
  if (due.length === 0) return;
  await tx
    .insertInto('redecision')
    .values(
      due.map(({ alert, participant, at }) => ({
        alert_id: alert,
        participant_id: participant,
        at: new Date(at),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The earliest redecision due at `now`, or null. */
export async function nextRedecision(
  tx: Tx,
  now: Instant,
): Promise<(Redecision & { readonly programme: ProgrammeId }) | null> {
  const row = await tx
    .selectFrom('redecision')
    .innerJoin('alert', 'alert.id', 'redecision.alert_id')
    .select(['redecision.alert_id', 'redecision.participant_id', 'redecision.at'])
    .select('alert.programme_id')
    .where('redecision.at', '<=', timestamp(now))
    .orderBy('redecision.at')
    .limit(1)
    .executeTakeFirst();
  return row
    ? {
        alert: row.alert_id as AlertId,
        participant: row.participant_id as ParticipantId,
        at: row.at,
        programme: row.programme_id as ProgrammeId,
      }
    : null;
}

/** Returns whether it was still there: another worker may have done it. */
export async function deleteRedecision(tx: Tx, done: Redecision): Promise<boolean> {
  const deleted = await tx
    .deleteFrom('redecision')
    .where('alert_id', '=', done.alert)
    .where('participant_id', '=', done.participant)
    .where('at', '=', timestamp(done.at))
    .executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}
