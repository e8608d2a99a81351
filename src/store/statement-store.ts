import type { ParticipantId, ProgrammeId, ReaderId, StatementId } from '../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { StatementState } from '../domain/statement.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** What a member states of itself, as the database has it. */
export type StoredStatement = {
  readonly id: StatementId;
  readonly programme: ProgrammeId;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly contentEnc: Buffer;
  readonly at: Instant;
  readonly state: StatementState;
};

/** A statement in place of one that nobody has decided. */
export async function insertStatement(
  tx: Tx,
  act: Act,
  stated: Pick<StoredStatement, 'id' | 'participant' | 'reader' | 'contentEnc'>,
): Promise<void> {
  const { id, participant, reader, contentEnc } = stated;
  await tx
    .updateTable('member_statement')
    .set({ state: 'superseded', decided_at: new Date(act.at) })
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', participant)
    .where('state', '=', 'asserted')
    .execute();
  await tx
    .insertInto('member_statement')
    .values({
      ...{ id, programme_id: act.programme, participant_id: participant, reader_id: reader },
      ...{ content_enc: contentEnc, at: new Date(act.at), state: 'asserted', decided_at: null },
    })
    .execute();
  const data = { participant, reader, statement: id };
  await recordEvent(tx, { type: 'facts_stated', ...act, data });
}

/** Decides a statement. */
export async function decideStatement(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<StoredStatement, 'id' | 'participant'>,
  outcome: 'attested' | 'refused',
): Promise<void> {
  await tx
    .updateTable('member_statement')
    .set({ state: outcome, decided_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  const data = { participant, statement: id, outcome };
  await recordEvent(tx, { type: 'facts_decided', ...act, data });
}

/** The last 100 statements of a participant, newest first. */
export async function statementsOf(
  tx: Tx,
  participant: ParticipantId,
  programme: ProgrammeId | null = null,
): Promise<StoredStatement[]> {
  let query = tx
    .selectFrom('member_statement')
    .selectAll()
    .where('participant_id', '=', participant);
  if (programme !== null) query = query.where('programme_id', '=', programme);
  const rows = await query.orderBy('serial', 'desc').limit(100).execute();
  return rows.map(fromRow);
}

/** A statement by its id, or null. */
export async function statementById(tx: Tx, id: StatementId): Promise<StoredStatement | null> {
  const row = await tx
    .selectFrom('member_statement')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

type Row = {
  readonly id: string;
  readonly programme_id: string;
  readonly participant_id: string;
  readonly reader_id: string;
  readonly content_enc: Buffer;
  readonly at: Instant;
  readonly state: string;
};

function fromRow(row: Row): StoredStatement {
  return {
    id: row.id as StatementId,
    programme: row.programme_id as ProgrammeId,
    participant: row.participant_id as ParticipantId,
    reader: row.reader_id as ReaderId,
    contentEnc: row.content_enc,
    at: row.at,
    state: row.state as StatementState,
  };
}

/** How often a participant has stated something in the last day. */
export async function statedToday(
  tx: Tx,
  participant: ParticipantId,
  now: Instant,
): Promise<number> {
  const row = await tx
    .selectFrom('member_statement')
    .where('participant_id', '=', participant)
    .where('at', '>', timestamp(plus(now, -DAY_MS)))
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** The programmes that a participant is in. */
export async function programmesOf(tx: Tx, participant: ParticipantId): Promise<ProgrammeId[]> {
  const rows = await tx
    .selectFrom('enrolment')
    .select('programme_id')
    .where('participant_id', '=', participant)
    .execute();
  return rows.map((row) => row.programme_id as ProgrammeId);
}
