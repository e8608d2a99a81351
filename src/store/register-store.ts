import { sql } from 'kysely';
import type { ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ListedAs, Register } from '../domain/register.ts';
import type { STANDING_REASONS } from '../domain/standing.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** An organisation in a public register. */
export type Listed = {
  readonly name: string;
  readonly as: ListedAs;
  /** Why and since when it is suspended or removed; null for members. */
  readonly reason: (typeof STANDING_REASONS)[number] | null;
  readonly since: Instant | null;
};

export async function putRegister(tx: Tx, act: Act, register: Register): Promise<void> {
  await tx.updateTable('programme').set({ register }).where('id', '=', act.programme).execute();
  await recordEvent(tx, { type: 'register_set', ...act, data: { register } });
}

/** What the programme publishes; null: there is no such programme. */
export async function registerOf(tx: Tx, programme: ProgrammeId): Promise<Register | null> {
  const found = await tx
    .selectFrom('programme')
    .select('register')
    .where('id', '=', programme)
    .executeTakeFirst();
  return found === undefined ? null : (found.register as Register);
}

/**
 * Who is in a programme, by name, and whom two persons suspended or removed. What one person has
 * put in force alone is nobody's business yet: such a participant is listed as it was, since a name
 * that is gone from the list would tell it.
 */
export async function listedIn(tx: Tx, programme: ProgrammeId): Promise<Listed[]> {
  const { rows } = await sql<Listed>`
    select name, "as", case when "as" <> 'member' then reason end as reason,
      case when "as" <> 'member' then since end as since
    from (select p.id, p.name, s.reason, s.since, case
          when e.standing in ('active', 'restricted') then 'member'
          when s.outcome = 'confirmed' then e.standing
          when e.standing = 'suspended' and s.to_standing is not null then 'member' end as "as"
        from enrolment e join participant p on p.id = e.participant_id
        left join lateral (select to_standing, reason, effective_at as since, outcome
          from standing_step
          where programme_id = e.programme_id and participant_id = e.participant_id
            and to_standing = e.standing and effective_at is not null
          order by serial desc limit 1) s on e.standing in ('suspended', 'removed')
        where e.programme_id = ${programme}) as listed
    where "as" is not null
    order by name, id`.execute(tx);
  return rows;
}
