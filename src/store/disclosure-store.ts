import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { Actor } from '../domain/event.ts';
import type { AlertId, MoveId, NoticeId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/** Another T0 that somebody proposes for an alert under way. */
export type Move = {
  readonly id: MoveId;
  readonly alert: AlertId;
  readonly to: Instant;
  readonly proposer: PersonId;
  readonly decidedAt: Instant | null;
};

export async function insertMove(
  tx: Tx,
  act: Act,
  { id, alert, to, proposer }: Omit<Move, 'decidedAt'>,
): Promise<void> {
  await tx
    .insertInto('disclosure_proposal')
    .values({
      id,
      alert_id: alert,
      disclosure_at: new Date(to),
      proposer_id: proposer,
      at: new Date(act.at),
      approver_id: null,
      decided_at: null,
    })
    .execute();
  await recordEvent(tx, { type: 'disclosure_proposed', ...act, data: { alert, proposal: id, to } });
}

/** A proposal, or null. */
export async function moveById(tx: Tx, id: MoveId): Promise<Move | null> {
  const row = await tx
    .selectFrom('disclosure_proposal')
    .select(['alert_id', 'disclosure_at', 'proposer_id', 'decided_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    id,
    alert: row.alert_id as AlertId,
    to: row.disclosure_at,
    proposer: row.proposer_id as PersonId,
    decidedAt: row.decided_at,
  };
}

/** Proposals of another T0 for an alert that nobody has decided. */
export async function openMoves(
  tx: Tx,
  alert: AlertId,
): Promise<Pick<Move, 'id' | 'to' | 'proposer'>[]> {
  const rows = await tx
    .selectFrom('disclosure_proposal')
    .select(['id', 'disclosure_at', 'proposer_id'])
    .where('alert_id', '=', alert)
    .where('decided_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    id: row.id as MoveId,
    to: row.disclosure_at,
    proposer: row.proposer_id as PersonId,
  }));
}

/** The database refuses an approver who is the proposer. */
export async function decideMove(
  tx: Tx,
  id: MoveId,
  approver: PersonId,
  at: Instant,
): Promise<void> {
  await tx
    .updateTable('disclosure_proposal')
    .set({ approver_id: approver, decided_at: new Date(at) })
    .where('id', '=', id)
    .execute();
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
