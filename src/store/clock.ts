import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';

/**
 * The database's clock, for comparison with ours only. Nothing is ever stamped or decided with it.
 */
export async function databaseClock(tx: Tx): Promise<Instant> {
  const { rows } = await sql<{ at: Instant }>`
    select clock_timestamp()::timestamptz(3) as at`.execute(tx);
  return rows[0]?.at as Instant;
}
