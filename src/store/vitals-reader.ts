import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';

/** How the installation is, in numbers that name nothing. */
export type Vitals = {
  /** Committed events waiting for a tick. */
  readonly eventsUnplaced: number;
  /** When the ledger last ticked; null before the first tick. */
  readonly lastTickAt: Instant | null;
  /** Waves whose instant has come and that are not done. */
  readonly wavesDue: number;
  readonly clockDoubted: boolean;
  /** What is on the issuer's work list. */
  readonly workItems: number;
};

/** Read in one statement over partial indexes, so that a scrape every few seconds costs little. */
export async function readVitals(tx: Tx, now: Instant): Promise<Vitals> {
  const { rows } = await sql<Vitals>`select
    (select count(*) from event where tick is null) as "eventsUnplaced",
    (select at from tick order by tick desc limit 1) as "lastTickAt",
    (select count(*) from wave where state <> 'done' and at <= ${timestamp(now)}) as "wavesDue",
    exists (select 1 from clock_mark where doubted_at is not null) as "clockDoubted",
    (select count(*) from work_item where resolved_at is null)
      + (select count(*) from disclosure_proposal p join alert a on a.id = p.alert_id
        where p.decided_at is null and a.disclosure_at > ${timestamp(now)})
      + (select count(*) from alert_change where decided_at is null)
      + (select count(*) from addition where decided_at is null)
      + (select count(*) from policy_proposal where decided_at is null)
      + (select count(*) from member_change where decided_at is null)
      + (select count(*) from standing_step where decided_at is null)
      + (select count(*) from standing_appeal where decided_at is null) as "workItems"`.execute(tx);
  const [vitals] = rows;
  return vitals ?? NONE;
}

const NONE: Vitals = {
  eventsUnplaced: 0,
  lastTickAt: null,
  wavesDue: 0,
  clockDoubted: false,
  workItems: 0,
};
