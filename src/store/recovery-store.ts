import type { Selectable } from 'kysely';
import type { PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';
import { heldBy, holderIn, type SiteAct } from './passkey-store.ts';
import type { TokenHolder } from './programme-store.ts';
import type { Database } from './schema.ts';

export type RecoveryOutcome = 'confirmed' | 'refused' | 'lapsed';

/** What one person proposes for somebody who lost every passkey. */
export type Recovery = {
  readonly id: string;
  readonly holder: TokenHolder;
  readonly codeHash: Buffer;
  readonly proposer: PersonId;
  readonly at: Instant;
  /** Null: open. */
  readonly outcome: RecoveryOutcome | null;
};

export async function insertRecovery(
  tx: Tx,
  { actor, at }: SiteAct,
  { id, holder, codeHash, proposer }: Omit<Recovery, 'at' | 'outcome'>,
): Promise<void> {
  await tx
    .insertInto('recovery')
    .values({
      ...{ id, ...heldBy(holder), code_hash: codeHash, proposer_id: proposer, at: new Date(at) },
      ...{ decider_id: null, outcome: null, decided_at: null },
    })
    .execute();
  const data = { recovery: id, holder: holder.id };
  await recordEvent(tx, { type: 'recovery_proposed', at, programme: null, actor, data });
}

/** The last 1 000, newest first. */
export async function lastRecoveries(tx: Tx): Promise<Recovery[]> {
  const rows = await tx
    .selectFrom('recovery')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(1_000)
    .execute();
  return rows.map(fromRow);
}

/** Locked: of two decisions the second sees the first. */
export async function lockRecovery(tx: Tx, id: string): Promise<Recovery | null> {
  const row = await tx
    .selectFrom('recovery')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

function fromRow(row: Selectable<Database['recovery']>): Recovery {
  return {
    id: row.id,
    holder: holderIn(row),
    codeHash: row.code_hash,
    proposer: row.proposer_id as PersonId,
    at: row.at,
    outcome: row.outcome,
  };
}

/** The database refuses who proposed it and whom it is about, save to refuse it. */
export async function decideStoredRecovery(
  tx: Tx,
  { actor, at }: SiteAct,
  id: string,
  decided: { readonly outcome: RecoveryOutcome; readonly decider: PersonId },
): Promise<void> {
  const { outcome, decider } = decided;
  await tx
    .updateTable('recovery')
    .set({ outcome, decider_id: decider, decided_at: new Date(at) })
    .where('id', '=', id)
    .execute();
  const data = { recovery: id, outcome };
  await recordEvent(tx, { type: 'recovery_decided', at, programme: null, actor, data });
}
