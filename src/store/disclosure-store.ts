import { type Selectable, sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { AlertId, MoveId, NoticeId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/**
 * What is proposed for an alert: another T0, or, because it is exploited, that the waves to come
 * open at once.
 */
export type Move = {
  readonly id: MoveId;
  readonly alert: AlertId;
  readonly kind: 'move' | 'compress';
  /** The T0 that is proposed, or the one there was. */
  readonly to: Instant;
  readonly proposer: PersonId;
  readonly at: Instant;
  /** When silence becomes a yes; null: never. */
  readonly dueAt: Instant | null;
  readonly decidedAt: Instant | null;
};

export async function insertMove(
  tx: Tx,
  act: Act,
  { id, alert, kind, to, proposer, dueAt }: Omit<Move, 'at' | 'decidedAt'>,
): Promise<void> {
  await tx
    .insertInto('disclosure_proposal')
    .values({
      id,
      alert_id: alert,
      kind,
      disclosure_at: new Date(to),
      proposer_id: proposer,
      at: new Date(act.at),
      due_at: dueAt === null ? null : new Date(dueAt),
      approver_id: null,
      decided_at: null,
      ended: null,
    })
    .execute();
  const about = { alert, proposal: id };
  if (dueAt === null) {
    await recordEvent(tx, { type: 'disclosure_proposed', ...act, data: { ...about, to } });
  } else {
    await recordEvent(tx, { type: 'early_waves_proposed', ...act, data: { ...about, dueAt } });
  }
}

const MOVE_COLUMNS = [
  'id',
  'alert_id',
  'kind',
  'disclosure_at',
  'proposer_id',
  'at',
  'due_at',
  'decided_at',
] as const;

function moveFromRow(
  row: Pick<Selectable<Database['disclosure_proposal']>, (typeof MOVE_COLUMNS)[number]>,
): Move {
  return {
    id: row.id as MoveId,
    alert: row.alert_id as AlertId,
    kind: row.kind === 'compress' ? 'compress' : 'move',
    to: row.disclosure_at,
    proposer: row.proposer_id as PersonId,
    at: row.at,
    dueAt: row.due_at,
    decidedAt: row.decided_at,
  };
}

/** A proposal, or null. */
export async function moveById(tx: Tx, id: MoveId): Promise<Move | null> {
  const row = await tx
    .selectFrom('disclosure_proposal')
    .select(MOVE_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? moveFromRow(row) : null;
}

/** Proposals for an alert that nobody has decided, oldest first. */
export async function openMoves(tx: Tx, alert: AlertId): Promise<Move[]> {
  const rows = await tx
    .selectFrom('disclosure_proposal')
    .select(MOVE_COLUMNS)
    .where('alert_id', '=', alert)
    .where('decided_at', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(moveFromRow);
}

/** A proposal whose time has come without a decision, longest due first; null: there is none. */
export async function dueMove(tx: Tx, now: Instant): Promise<Move | null> {
  const row = await tx
    .selectFrom('disclosure_proposal')
    .select(MOVE_COLUMNS)
    .where('decided_at', 'is', null)
    .where('due_at', '<=', timestamp(now))
    .orderBy('due_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ? moveFromRow(row) : null;
}

/** How a proposal was decided: by approval (null: of its wait), or as the word says. */
export type Decided =
  | { readonly how: 'approved'; readonly approver: PersonId | null }
  | { readonly how: 'silence' | 'refused' | 'overtaken' };

/** The database refuses an approver who is the proposer, and none but after a wait. */
export async function decideMove(
  tx: Tx,
  act: Act,
  { id, alert }: Pick<Move, 'id' | 'alert'>,
  decided: Decided,
): Promise<void> {
  const { how } = decided;
  await tx
    .updateTable('disclosure_proposal')
    .set({
      approver_id: decided.how === 'approved' ? decided.approver : null,
      ended: how === 'approved' ? null : how,
      decided_at: new Date(act.at),
    })
    .where('id', '=', id)
    .execute();
  const data = { alert, proposal: id, how };
  await recordEvent(tx, { type: 'proposal_decided', ...act, data });
}

/**
 * Tells every active participant that was granted anything of an alert that something changed, and
 * nothing else. Returns how many.
 */
export async function noticeChange(
  tx: Tx,
  { programme, at }: Act,
  alert: AlertId,
): Promise<number> {
  const granted = await tx
    .selectFrom('release_grant')
    .innerJoin('enrolment', 'enrolment.participant_id', 'release_grant.participant_id')
    .select('release_grant.participant_id')
    .distinct()
    .where('alert_id', '=', alert)
    .where('enrolment.programme_id', '=', programme)
    .where('enrolment.standing', '=', 'active')
    .execute();
  if (granted.length === 0) return 0;
  await tx
    .insertInto('notice')
    .values(
      granted.map(({ participant_id }) => ({
        id: newId<NoticeId>(),
        participant_id,
        alert_id: alert,
        kind: SOMETHING_CHANGED,
        at: new Date(at),
      })),
    )
    .execute();
  return granted.length;
}

/** Kind of a notice that something changed. */
export const SOMETHING_CHANGED = 'something_changed';

/** How many notices of a change of this alert there were, and how many were acknowledged. */
export async function noticesOfChange(
  tx: Tx,
  alert: AlertId,
): Promise<{ noticed: number; acknowledged: number }> {
  const { rows } = await sql<{ noticed: number; acknowledged: number }>`
    select count(*)::int as noticed, count(acknowledged_at)::int as acknowledged
    from notice where alert_id = ${alert} and kind = ${SOMETHING_CHANGED}`.execute(tx);
  return rows[0] ?? { noticed: 0, acknowledged: 0 };
}

/**
 * Acknowledges a notice of the participant whose transaction this is. Returns whether it is new, or
 * null when there is no such notice.
 */
export async function acknowledgeNotice(
  tx: Tx,
  id: NoticeId,
  at: Instant,
): Promise<boolean | null> {
  const done = await tx
    .updateTable('notice')
    .set({ acknowledged_at: new Date(at) })
    .where('id', '=', id)
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 1n) return true;
  const known = await tx.selectFrom('notice').select('id').where('id', '=', id).executeTakeFirst();
  return known ? false : null;
}
