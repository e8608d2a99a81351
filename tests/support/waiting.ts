import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Tx } from '../../src/store/database.ts';

const PATIENCE = 500;

/** Goes on once a transaction waits for a lock, as one that meets the lock of `tx` must. */
export async function untilOneWaits(tx: Tx): Promise<void> {
  for (let looks = 0; looks < PATIENCE; looks++) {
    const { rows } = await sql`select 1 from pg_locks where not granted limit 1`.execute(tx);
    if (rows.length > 0) return;
    await sleep(10);
  }
  assert.fail('expected a transaction that waits for a lock');
}
