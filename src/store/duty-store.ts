import { sql } from 'kysely';
import type { AlertId, EventId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, insertEvents, prepareEvent } from './event-writer.ts';

/** A sealed awareness with what the ledger holds of it. */
export type AwarenessRow = {
  readonly event: EventId;
  readonly factsEnc: Buffer;
  /** The hash in the event, 64 hex digits. */
  readonly hash: string;
};

/**
 * Seals an awareness: its event, and under the event's id what the hash was taken over, encrypted
 * by `encrypt` for that id.
 */
export async function insertAwareness(
  tx: Tx,
  act: Act,
  sealed: { readonly alert: AlertId; readonly hash: string },
  encrypt: (event: EventId) => Buffer,
): Promise<EventId> {
  const { alert, hash } = sealed;
  const prepared = prepareEvent({ type: 'awareness_sealed', ...act, data: { alert, hash } });
  const { id } = prepared.event;
  await insertEvents(tx, [prepared]);
  await tx
    .insertInto('awareness')
    .values({
      event_id: id,
      alert_id: alert,
      sealed_at: new Date(act.at),
      facts_enc: encrypt(id),
    })
    .execute();
  return id;
}

/** Everything sealed for an alert, in the order of sealing. */
export async function awarenessOf(tx: Tx, alert: AlertId): Promise<AwarenessRow[]> {
  const { rows } = await sql<{ event_id: string; facts_enc: Buffer; hash: string }>`
    select a.event_id, a.facts_enc, coalesce(e.issuer_body::json -> 'data' ->> 'hash', '') as hash
    from awareness a join event e on e.id = a.event_id
    where a.alert_id = ${alert} order by a.sealed_at, a.event_id`.execute(tx);
  return rows.map((row) => ({
    event: row.event_id as EventId,
    factsEnc: row.facts_enc,
    hash: row.hash,
  }));
}

/** What has happened to an alert, as far as duties turn on it; null: it has not. */
export type AlertMilestones = {
  readonly firstGrantAt: Instant | null;
  readonly publishedAt: Instant | null;
  /** The first copy of a proof of concept was delivered; the last that was is published. */
  readonly pocSharedAt: Instant | null;
  readonly pocPublishedAt: Instant | null;
};

export async function milestonesOf(tx: Tx, alert: AlertId): Promise<AlertMilestones> {
  const { rows } = await sql<AlertMilestones>`
    select (select min(granted_at) from release_grant where alert_id = ${alert})
        as "firstGrantAt",
      (select min(at) from publication where alert_id = ${alert}) as "publishedAt",
      (select min(d.at) from delivery d join artifact a on a.id = d.artifact_id
        where d.alert_id = ${alert} and a.kind = 'poc') as "pocSharedAt",
      (select case when count(*) = count(p.at) then max(p.at) end
        from (select distinct d.artifact_id from delivery d join artifact a on a.id = d.artifact_id
          where d.alert_id = ${alert} and a.kind = 'poc') as shared
        left join publication p on p.artifact_id = shared.artifact_id)
        as "pocPublishedAt"`.execute(tx);
  return (
    rows[0] ?? { firstGrantAt: null, publishedAt: null, pocSharedAt: null, pocPublishedAt: null }
  );
}
