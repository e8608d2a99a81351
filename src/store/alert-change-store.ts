import type { AlertId, ChangeId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** A change of an alert under way that somebody proposes. */
export type StoredChange = {
  readonly id: ChangeId;
  readonly alert: AlertId;
  /** Ciphertext under the alert's data key. */
  readonly changeEnc: Buffer;
  readonly proposer: PersonId;
  readonly decidedAt: Instant | null;
};

/** Keeps a proposal and records it. `kind` is a word for the ledger. */
export async function insertChange(
  tx: Tx,
  act: Act,
  change: Omit<StoredChange, 'decidedAt'> & { readonly kind: string },
): Promise<void> {
  const { id, alert, changeEnc, proposer, kind } = change;
  await tx
    .insertInto('alert_change')
    .values({
      id,
      alert_id: alert,
      change_enc: changeEnc,
      proposer_id: proposer,
      at: new Date(act.at),
      approver_id: null,
      decided_at: null,
      ended: null,
    })
    .execute();
  await recordEvent(tx, { type: 'change_proposed', ...act, data: { alert, proposal: id, kind } });
}

/** A proposal, or null. */
export async function changeById(tx: Tx, id: ChangeId): Promise<StoredChange | null> {
  const row = await tx
    .selectFrom('alert_change')
    .select(['alert_id', 'change_enc', 'proposer_id', 'decided_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    id,
    alert: row.alert_id as AlertId,
    changeEnc: row.change_enc,
    proposer: row.proposer_id as PersonId,
    decidedAt: row.decided_at,
  };
}

/** The database refuses an approver who is the proposer, and none (null) but after a wait. */
export async function decideChange(
  tx: Tx,
  act: Act,
  { id, alert }: Pick<StoredChange, 'id' | 'alert'>,
  approver: PersonId | null,
): Promise<void> {
  await tx
    .updateTable('alert_change')
    .set({ approver_id: approver, decided_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  await recordEvent(tx, { type: 'change_approved', ...act, data: { alert, proposal: id } });
}
