import { sql } from 'kysely';
import type { ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { BREAK_GLASS } from './delivery-writer.ts';

/** What waits for a person: a question, or a proposal that waits for a second one. */
export type WorkItem = {
  readonly id: string;
  readonly code: string;
  readonly alert: string | null;
  readonly artifact: string | null;
  readonly participant: string | null;
  readonly reader: string | null;
  /** Whose proposal or step of a standing it is, where `id` is that of one; else null. */
  readonly proposer: string | null;
  readonly at: Instant;
  readonly dueAt: Instant | null;
};

/** What a proposal is called on the list; it leaves it by being decided. */
export const PROPOSED = [
  'MOVE_PROPOSED',
  'EARLY_WAVES_PROPOSED',
  'CHANGE_PROPOSED',
  'ADDITION_PROPOSED',
  'POLICY_PROPOSED',
  'MEMBER_CHANGE_PROPOSED',
  'STANDING_PROPOSED',
  'STANDING_UNCONFIRMED',
  'STANDING_APPEALED',
  'AGREEMENT_SIGNED',
  'APPLICATION_OPEN',
  'APPLICATION_APPEALED',
  'FACTS_STATED',
  'SECOND_PERSON_PROPOSED',
  'TAKES_EFFECT',
] as const;

/**
 * The first 500 of a programme: what takes effect by itself, those overdue at `now`, then those of
 * an alert as a whole or of all, then what was held, of which one wave may hold thousands; each
 * oldest first. A T0 that was proposed for an alert that is public by now waits for nobody.
 */
export async function openWorkItems(
  tx: Tx,
  programme: ProgrammeId,
  now: Instant,
): Promise<WorkItem[]> {
  const { rows } = await sql<WorkItem>`with work as (
      select w.id, w.code, w.alert_id as alert, w.artifact_id as artifact,
        w.participant_id as participant, w.reader_id as reader, null::uuid as proposer, w.at,
        g.confirm_by as "dueAt"
      from work_item w
      left join break_glass g on g.alert_id = w.alert_id and w.code = ${BREAK_GLASS}
      where w.programme_id = ${programme} and w.resolved_at is null
    union all
      select p.id, case p.kind when 'compress' then 'EARLY_WAVES_PROPOSED' else 'MOVE_PROPOSED' end,
        p.alert_id, null, null, null, p.proposer_id, p.at, p.due_at
      from disclosure_proposal p join alert a on a.id = p.alert_id
      where a.programme_id = ${programme} and p.decided_at is null
        and a.disclosure_at > ${timestamp(now)}
    union all
      select c.id, 'CHANGE_PROPOSED', c.alert_id, null, null, null, c.proposer_id, c.at, null
      from alert_change c join alert a on a.id = c.alert_id
      where a.programme_id = ${programme} and c.decided_at is null
    union all
      select d.id, 'ADDITION_PROPOSED', d.alert_id, null, null, null, d.proposer_id, d.at, null
      from addition d join alert a on a.id = d.alert_id
      where a.programme_id = ${programme} and d.decided_at is null
    union all
      select id, 'POLICY_PROPOSED', null, null, null, null, proposer_id, proposed_at, null
      from policy_proposal where programme_id = ${programme} and decided_at is null
    union all
      select id, 'MEMBER_CHANGE_PROPOSED', null, null, participant_id, null, proposer_id, at, null
      from member_change where programme_id = ${programme} and decided_at is null
    union all
      select id, case form when 'two_persons' then 'STANDING_PROPOSED'
          else 'STANDING_UNCONFIRMED' end,
        null, null, participant_id, null, person_id, at, confirm_by
      from standing_step where programme_id = ${programme} and decided_at is null
    union all
      select s.id, 'STANDING_APPEALED', null, null, s.participant_id, p.reader_id, s.person_id,
        p.at, null
      from standing_appeal p join standing_step s on s.id = p.step_id
      where s.programme_id = ${programme} and p.decided_at is null
    union all
      select id, 'AGREEMENT_SIGNED', null, null, participant_id, reader_id, null, at, null
      from agreement where programme_id = ${programme} and answer is null
    union all
      select id, case state when 'open' then 'APPLICATION_OPEN' else 'APPLICATION_APPEALED' end,
        null, null, null, null, null, coalesce(appealed_at, at), null
      from application where programme_id = ${programme} and (state = 'open'
        or (state = 'refused' and appeal_enc is not null and appeal_outcome is null))
    union all
      select id, 'FACTS_STATED', null, null, participant_id, reader_id, null, at, null
      from member_statement where programme_id = ${programme} and state = 'asserted'
    union all
      select id, 'SECOND_PERSON_PROPOSED', null, null, null, null, proposer_id, at, null
      from second_person_change where programme_id = ${programme} and decided_at is null
    union all
      select id, 'TAKES_EFFECT', case act when 'alert_approval' then subject_id end,
        null, null, null, proposer_id, at, takes_effect_at
      from announced_act where programme_id = ${programme} and ended_at is null)
    select * from work
    order by code = 'TAKES_EFFECT' desc, coalesce("dueAt" < ${timestamp(now)}, false) desc,
      artifact is null desc, at, id, code
    limit 500`.execute(tx);
  return rows;
}
