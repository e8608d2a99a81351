import { sql } from 'kysely';
import type { Tx } from './database.ts';

/** Settings without which a commit that was answered may be lost. */
const NEEDED = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Each of them, as it is for this connection. */
export async function durabilityOf(tx: Tx): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name = any(${NEEDED}) order by name`.execute(tx);
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}
