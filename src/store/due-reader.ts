import { sql } from 'kysely';
import type { AlertId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { keysEnding, nextKeysDue } from './reader-key-store.ts';
import { lapsedBy, sealable } from './sealed-key-store.ts';

/** What waits for the worker at `now`. */
export type Due = {
  readonly invitations: boolean;
  readonly proposals: boolean;
  /** Acts announced whose wait is over. */
  readonly announced: boolean;
  readonly releases: boolean;
  /** Acts of one person that nobody confirmed in time: publications and standings. */
  readonly unconfirmed: boolean;
  /** Mark keys to be sealed. */
  readonly keys: boolean;
  /** Halves of mark keys to be taken away. */
  readonly halves: boolean;
  /** Readers' keys that end soon, of which their participants are to be told. */
  readonly endings: boolean;
  /** Readers' keys that others take the place of. */
  readonly rotations: boolean;
};

/** In one statement, as most cycles find nothing. */
export async function dueAt(tx: Tx, now: Instant): Promise<Due> {
  const { rows } = await sql<Due>`select
    exists (select 1 from embargo_invitation
      where answer is null and deadline <= ${timestamp(now)}) as invitations,
    exists (select 1 from disclosure_proposal
      where decided_at is null and due_at <= ${timestamp(now)}) as proposals,
    exists (select 1 from announced_act
      where ended_at is null and takes_effect_at <= ${timestamp(now)}) as announced,
    exists (select 1 from wave where state <> 'done' and at <= ${timestamp(now)})
    or exists (select 1 from redecision where at <= ${timestamp(now)}) as releases,
    exists (select 1 from break_glass where confirmed_at is null and overdue_at is null
      and confirm_by < ${timestamp(now)})
    or exists (select 1 from standing_step where decided_at is null and overdue_at is null
      and confirm_by < ${timestamp(now)}) as unconfirmed,
    exists (select 1 ${sealable(now)}) as keys,
    exists (select 1 from brought_half where at <= ${lapsedBy(now)}) as halves,
    exists (select 1 ${keysEnding(now)}) as endings,
    exists (select 1 ${nextKeysDue(now)}) as rotations`.execute(tx);
  const all = { invitations: true, proposals: true, releases: true, unconfirmed: true };
  return (
    rows[0] ?? { ...all, announced: true, keys: true, halves: true, endings: true, rotations: true }
  );
}

/**
 * Whether a wave, a re-decision, a silent yes or the end of a wait is due after `from` and by
 * `until`, and undone.
 */
export async function releasesBetween(tx: Tx, from: Instant, until: Instant): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`select
    exists (select 1 from wave where state <> 'done'
      and at > ${timestamp(from)} and at <= ${timestamp(until)})
    or exists (select 1 from disclosure_proposal where decided_at is null
      and due_at > ${timestamp(from)} and due_at <= ${timestamp(until)})
    or exists (select 1 from announced_act where ended_at is null
      and takes_effect_at > ${timestamp(from)} and takes_effect_at <= ${timestamp(until)})
    or exists (select 1 from redecision
      where at > ${timestamp(from)} and at <= ${timestamp(until)}) as due`.execute(tx);
  return rows[0]?.due ?? true;
}

/**
 * Alerts of a programme of which a clock that was ahead has done or noted something: with a grant
 * later than `now`, or a wave that has begun or is none of their schedule's. Where decisions may
 * have been made `sinceThen`, all that have begun: a fact that had ended by a later time still
 * counts, and who was refused for it is noted nowhere.
 */
export async function alertsAhead(
  tx: Tx,
  programme: ProgrammeId,
  now: Instant,
  sinceThen: boolean,
): Promise<AlertId[]> {
  const { rows } = await sql<{ id: AlertId }>`select id from alert
    where programme_id = ${programme} and state <> 'draft' and (
      exists (select 1 from release_grant
        where alert_id = alert.id and granted_at > ${timestamp(now)})
      or ${sinceThen} and exists (select 1 from wave
        where alert_id = alert.id and wave.state <> 'pending')
      or exists (select 1 from wave
        where alert_id = alert.id and at > ${timestamp(now)} and (wave.state <> 'pending'
          or at <> disclosure_at and not exists (select 1 from jsonb_each(opens_at)
            where value = to_jsonb((extract(epoch from at) * 1000)::bigint)))))
    order by id`.execute(tx);
  return rows.map(({ id }) => id);
}
