import { sql } from 'kysely';
import type { Tx } from './database.ts';
import { CUT_CHANNEL } from './ear.ts';

/** Tells every process that hears, at the commit of this transaction and not without it. */
export async function tellCut(tx: Tx, holder: string): Promise<void> {
  await sql`select pg_notify(${CUT_CHANNEL}, ${holder})`.execute(tx);
}
