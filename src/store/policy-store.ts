import { type Selectable, sql } from 'kysely';
import type { AlertId, PersonId, ProgrammeId, ProposalId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import { certainlyCome } from './clock-store.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** A policy somebody proposes. */
export type Proposal = {
  readonly id: ProposalId;
  readonly programme: ProgrammeId;
  readonly pack: string;
  readonly files: Readonly<Record<string, string>>;
  readonly sha256: string;
  /** The policy in force when it was proposed. */
  readonly base: string;
  /** Fingerprint of the facts it was compared over. */
  readonly facts: string;
  readonly proposer: PersonId;
  readonly at: Instant;
  readonly decidedAt: Instant | null;
};

export async function insertProposal(
  tx: Tx,
  act: Act,
  proposal: Omit<Proposal, 'programme' | 'at' | 'decidedAt'>,
): Promise<void> {
  await tx
    .insertInto('policy_proposal')
    .values({
      id: proposal.id,
      programme_id: act.programme,
      pack: proposal.pack,
      files: JSON.stringify(proposal.files),
      sha256: proposal.sha256,
      base_sha256: proposal.base,
      facts_sha256: proposal.facts,
      proposer_id: proposal.proposer,
      proposed_at: new Date(act.at),
      approver_id: null,
      decided_at: null,
      ended: null,
    })
    .execute();
  await recordEvent(tx, {
    type: 'policy_proposed',
    ...act,
    data: { proposal: proposal.id, pack: proposal.pack, sha256: proposal.sha256 },
  });
}

/** A proposal, or null. */
export async function proposalById(tx: Tx, id: ProposalId): Promise<Proposal | null> {
  const row = await tx
    .selectFrom('policy_proposal')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? proposalFromRow(row) : null;
}

function proposalFromRow(row: Selectable<Database['policy_proposal']>): Proposal {
  return {
    id: row.id as ProposalId,
    programme: row.programme_id as ProgrammeId,
    pack: row.pack,
    files: row.files,
    sha256: row.sha256,
    base: row.base_sha256,
    facts: row.facts_sha256,
    proposer: row.proposer_id as PersonId,
    at: row.proposed_at,
    decidedAt: row.decided_at,
  };
}

/** Proposals nobody has decided, oldest first. */
export async function openProposals(
  tx: Tx,
  programme: ProgrammeId,
): Promise<Pick<Proposal, 'id' | 'pack' | 'sha256' | 'base' | 'proposer' | 'at'>[]> {
  const rows = await tx
    .selectFrom('policy_proposal')
    .select(['id', 'pack', 'sha256', 'base_sha256', 'proposer_id', 'proposed_at'])
    .where('programme_id', '=', programme)
    .where('decided_at', 'is', null)
    .orderBy('proposed_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id as ProposalId,
    pack: row.pack,
    sha256: row.sha256,
    base: row.base_sha256,
    proposer: row.proposer_id as PersonId,
    at: row.proposed_at,
  }));
}

/** The database refuses an approver who is the proposer, and none (null) but after a wait. */
export async function decideProposal(
  tx: Tx,
  id: ProposalId,
  approver: PersonId | null,
  at: Instant,
): Promise<void> {
  await tx
    .updateTable('policy_proposal')
    .set({ approver_id: approver, decided_at: new Date(at) })
    .where('id', '=', id)
    .execute();
}

/**
 * A fingerprint of everything stored that a comparison of policies depends on, besides the policies
 * and the instant: enrolments and alerts by their versions, consents and involvements by what they
 * say, and the platform.
 */
export async function factsFingerprint(tx: Tx, programme: ProgrammeId): Promise<string> {
  const { rows } = await sql<{ facts: string }>`
    select encode(sha256(convert_to(concat_ws('|',
      coalesce((select string_agg(participant_id || ':' || version || ':' || standing, ','
          order by participant_id)
        from enrolment where programme_id = ${programme}), ''),
      coalesce((select string_agg(id || ':' || version || ':' || state || ':' ||
          extract(epoch from disclosure_at), ',' order by id)
        from alert where programme_id = ${programme} and state <> 'closed'), ''),
      coalesce((select string_agg(c.alert_id || ':' || c.participant_id || ':' || c.consent, ','
          order by c.alert_id, c.participant_id)
        from consent c join alert a on a.id = c.alert_id
        where a.programme_id = ${programme} and a.state <> 'closed'), ''),
      coalesce((select string_agg(i.alert_id || ':' || i.participant_id || ':' || i.involvement, ','
          order by i.alert_id, i.participant_id)
        from alert_involvement i join alert a on a.id = i.alert_id
        where a.programme_id = ${programme} and a.state <> 'closed'), ''),
      exists (select 1 from platform_incident
        where programme_id = ${programme} and cleared_at is null)
    ), 'UTF8')), 'hex') as facts`.execute(tx);
  const [row] = rows;
  if (!row) throw new RangeError('expected one row');
  return row.facts;
}

/**
 * Gives an alert another schedule, or its own again where other facts changed, and a wave at this
 * moment, so that everybody is decided again; waves to come follow the schedule. What has begun
 * stays begun. The caller holds the exclusive release lock.
 */
export async function reschedule(
  tx: Tx,
  act: Act,
  alert: AlertId,
  schedule: Schedule,
  waves: readonly Instant[],
): Promise<void> {
  const from = await certainlyCome(tx, act.at);
  await tx
    .updateTable('alert')
    .set({
      disclosure_at: new Date(schedule.disclosureAt),
      opens_at: JSON.stringify(schedule.opensAt),
      state: 'approved',
    })
    .where('id', '=', alert)
    .execute();
  await tx
    .deleteFrom('wave')
    .where('alert_id', '=', alert)
    .where('state', '=', 'pending')
    .where('at', '>', timestamp(from))
    .execute();
  const due = [from, ...waves.filter((at) => at > from)];
  await tx
    .insertInto('wave')
    .values(due.map((at) => ({ alert_id: alert, at: new Date(at), state: 'pending' })))
    .onConflict((conflict) =>
      // One that ran at this very moment runs again: it has begun, its decisions are counted anew,
      // and its grants stay what they are.
      conflict.columns(['alert_id', 'at']).doUpdateSet({
        state: sql`case wave.state when 'pending' then 'pending' else 'running' end`,
        cursor: null,
        allowed: 0,
        reduced: 0,
        held: 0,
        denied: 0,
        reasons: '{}',
      }),
    )
    .execute();
}

/** The same of a draft, which has no waves yet. */
export async function rescheduleDraft(tx: Tx, alert: AlertId, schedule: Schedule): Promise<void> {
  await tx
    .updateTable('alert')
    .set({ opens_at: JSON.stringify(schedule.opensAt) })
    .where('id', '=', alert)
    .execute();
}
