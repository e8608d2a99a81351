/** What one person has announced: it takes effect at its time unless somebody vetoes it. */
import { type Selectable, sql } from 'kysely';
import type { AnnouncedId, FormChangeId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { VetoableAct } from '../domain/second-person.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** An act that was announced. */
export type Announced = {
  /** That of the proposal, where there is one. */
  readonly id: AnnouncedId;
  readonly programme: ProgrammeId;
  readonly act: VetoableAct;
  /** The alert whose plan is approved; else `id`. */
  readonly subject: string;
  /** Of what was shown: nothing else takes effect. */
  readonly digest: string;
  readonly proposer: PersonId;
  readonly at: Instant;
  readonly takesEffectAt: Instant;
  /** How it ended; null: it waits. */
  readonly outcome: 'took_effect' | 'decided' | 'vetoed' | 'void' | 'lapsed' | null;
};

/**
 * Keeps what is announced and records it. What was announced of the same subject before is void:
 * it was of something that its author has overtaken.
 */
export async function insertAnnounced(
  tx: Tx,
  doing: Act,
  announced: Omit<Announced, 'programme' | 'at' | 'outcome'> & { readonly chosenBy: FormChangeId },
): Promise<void> {
  const { id, act, subject, digest, proposer, takesEffectAt, chosenBy } = announced;
  const { rows } = await sql<{ id: AnnouncedId }>`select id from announced_act
    where subject_id = ${subject} and ended_at is null`.execute(tx);
  for (const earlier of rows) await endAnnounced(tx, doing, { ...earlier, act }, 'void');
  await tx
    .insertInto('announced_act')
    .values({
      ...{ id, programme_id: doing.programme, act, form: 'one_then_veto', chosen_by: chosenBy },
      ...{ subject_id: subject, digest, proposer_id: proposer, at: new Date(doing.at) },
      takes_effect_at: new Date(takesEffectAt),
      ...{ vetoed_by: null, outcome: null, ended_at: null },
    })
    .execute();
  const data = { announced: id, act, digest, takesEffectAt };
  await recordEvent(tx, { type: 'act_announced', ...doing, data });
}

/** One of them with its row locked, or null. */
export async function announcedForUpdate(tx: Tx, id: AnnouncedId): Promise<Announced | null> {
  const row = await tx
    .selectFrom('announced_act')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? announcedFromRow(row) : null;
}

/** What waits in a programme, the next first. */
export async function announcedOf(tx: Tx, programme: ProgrammeId): Promise<Announced[]> {
  const rows = await tx
    .selectFrom('announced_act')
    .selectAll()
    .where('programme_id', '=', programme)
    .where('ended_at', 'is', null)
    .orderBy('takes_effect_at')
    .orderBy('id')
    .execute();
  return rows.map(announcedFromRow);
}

/** How many of one person's wait in a programme, of other subjects than this one. */
export async function countAnnounced(
  tx: Tx,
  programme: ProgrammeId,
  { proposer, subject }: Pick<Announced, 'proposer' | 'subject'>,
): Promise<number> {
  const row = await tx
    .selectFrom('announced_act')
    .where('programme_id', '=', programme)
    .where('proposer_id', '=', proposer)
    .where('subject_id', '<>', subject)
    .where('ended_at', 'is', null)
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Everything whose wait is over by `now`, longest first. */
export async function dueAnnounced(
  tx: Tx,
  now: Instant,
): Promise<Pick<Announced, 'id' | 'programme'>[]> {
  const rows = await tx
    .selectFrom('announced_act')
    .select(['id', 'programme_id'])
    .where('ended_at', 'is', null)
    .where('takes_effect_at', '<=', timestamp(now))
    .orderBy('takes_effect_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id as AnnouncedId,
    programme: row.programme_id as ProgrammeId,
  }));
}

/** Ends the wait without the act; `by`: whose veto it was. */
export async function endAnnounced(
  tx: Tx,
  doing: Act,
  { id, act }: Pick<Announced, 'id' | 'act'>,
  outcome: 'vetoed' | 'void' | 'lapsed',
  by: PersonId | null = null,
): Promise<void> {
  await tx
    .updateTable('announced_act')
    .set({ outcome, vetoed_by: by, ended_at: new Date(doing.at) })
    .where('id', '=', id)
    .execute();
  await recordEnd(tx, doing, { id, act }, outcome);
}

/** Records how a wait ended. */
export async function recordEnd(
  tx: Tx,
  doing: Act,
  { id, act }: Pick<Announced, 'id' | 'act'>,
  how: 'took_effect' | 'vetoed' | 'void' | 'lapsed',
): Promise<void> {
  const data = { announced: id, act, how };
  await recordEvent(tx, { type: 'announced_ended', ...doing, data });
}

function announcedFromRow(row: Selectable<Database['announced_act']>): Announced {
  return {
    id: row.id as AnnouncedId,
    programme: row.programme_id as ProgrammeId,
    act: row.act as VetoableAct,
    subject: row.subject_id,
    digest: row.digest,
    proposer: row.proposer_id as PersonId,
    at: row.at,
    takesEffectAt: row.takes_effect_at,
    outcome: row.outcome as Announced['outcome'],
  };
}
