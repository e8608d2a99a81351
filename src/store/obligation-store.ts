import { sql } from 'kysely';
import type { Standing } from '../domain/enrolment.ts';
import type { AlertId, ParticipantId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ReportableCode, ReportWord } from '../domain/obligation.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** What is on record of one participant that what it owes for an alert turns on. */
export type ObligationRow = {
  readonly participant: ParticipantId;
  readonly standing: Standing;
  readonly standingSince: Instant | null;
  readonly grantedAt: Instant;
  readonly receivedAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  /** Oldest first. */
  readonly reports: readonly {
    readonly code: ReportableCode;
    readonly says: ReportWord;
    readonly at: Instant;
    readonly id: string | null;
    /** Ciphertext in base64; null: it is of the whole participant. */
    readonly product: string | null;
  }[];
  /** Oldest report first. */
  readonly leaks: readonly { readonly noticedAt: Instant; readonly reportedAt: Instant }[];
  /** What it was given in place of what it had tried, oldest first. */
  readonly revisions: readonly { readonly givenAt: Instant; readonly triedAt: Instant | null }[];
};

/**
 * Of every participant that was granted anything of an alert, or of one of them; by id. Reports,
 * leaks and revisions come as JSON, with their times in milliseconds.
 */
export async function obligationRows(
  tx: Tx,
  alert: AlertId,
  participant: ParticipantId | null = null,
): Promise<ObligationRow[]> {
  const { rows } = await sql<ObligationRow>`
    select g.participant_id as participant, e.standing, e.standing_since as "standingSince",
      g.granted_at as "grantedAt", d.received_at as "receivedAt",
      d.acknowledged_at as "acknowledgedAt", coalesce(r.reports, '[]') as reports,
      coalesce(l.leaks, '[]') as leaks,
      coalesce(v.revisions, '[]') as revisions
    from (select participant_id, min(granted_at) as granted_at from release_grant
      where alert_id = ${alert}
        and (${participant}::uuid is null or participant_id = ${participant}::uuid)
      group by participant_id) as g
    join alert a on a.id = ${alert}
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = g.participant_id
    left join (select delivery.participant_id, min(delivery.at) as received_at,
        min(receipt.at) as acknowledged_at
      from delivery left join receipt on receipt.delivery_id = delivery.id
      where alert_id = ${alert} group by delivery.participant_id) as d
      on d.participant_id = g.participant_id
    left join (select participant_id, json_agg(json_build_object('code', code, 'says', says,
        'at', (extract(epoch from at) * 1000)::bigint, 'id', id,
        'product', encode(product_enc, 'base64')) order by at) as reports
      from obligation_report where alert_id = ${alert} group by participant_id) as r
      on r.participant_id = g.participant_id
    left join (select participant_id, json_agg(json_build_object(
        'noticedAt', (extract(epoch from noticed_at) * 1000)::bigint,
        'reportedAt', (extract(epoch from at) * 1000)::bigint) order by at, noticed_at, id) as leaks
      from leak_report where alert_id = ${alert} group by participant_id) as l
      on l.participant_id = g.participant_id
    left join (select participant_id, json_agg(json_build_object(
        'givenAt', (extract(epoch from given_at) * 1000)::bigint,
        'triedAt', (extract(epoch from tried_at) * 1000)::bigint) order by given_at) as revisions
      from (select g.participant_id, min(g.granted_at) as given_at,
          (select min(f.at) from feedback f where f.artifact_id = a.id
            and f.participant_id = g.participant_id) as tried_at
        from artifact a join release_grant g on g.alert_id = a.alert_id and a.id = any(g.artifacts)
        where a.alert_id = ${alert} and a.revises is not null and exists (select 1 from feedback f
          where f.artifact_id = a.revises and f.participant_id = g.participant_id)
        group by g.participant_id, a.id) as given
      group by participant_id) as v
      on v.participant_id = g.participant_id
    order by g.participant_id`.execute(tx);
  return rows;
}

/** When a participant was first granted anything of an alert; null: it was not. */
export async function firstGrantTo(
  tx: Tx,
  alert: AlertId,
  participant: ParticipantId,
): Promise<Instant | null> {
  const row = await tx
    .selectFrom('release_grant')
    .select(({ fn }) => fn.min('granted_at').as('at'))
    .where('alert_id', '=', alert)
    .where('participant_id', '=', participant)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Keeps what a participant reports of itself, and records it. */
export async function insertReport(
  tx: Tx,
  act: Act,
  report: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly reader: ReaderId;
    readonly code: ReportableCode;
    readonly says: ReportWord;
    readonly id: string;
    readonly productEnc: Buffer | null;
  },
): Promise<void> {
  const { alert, participant, reader, code, says, id, productEnc } = report;
  await tx
    .insertInto('obligation_report')
    .values({
      alert_id: alert,
      participant_id: participant,
      reader_id: reader,
      code,
      says,
      at: new Date(act.at),
      ...{ id, product_enc: productEnc },
    })
    .execute();
  await recordEvent(tx, {
    type: 'obligation_reported',
    ...act,
    data: { alert, participant, reader, obligation: code, says },
  });
}
