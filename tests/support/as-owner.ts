import { sql } from 'kysely';
import { connect } from '../../src/store/database.ts';
import type { Site } from './house.ts';

/** Has the owner of a site's tables change what nobody else may, in one transaction. */
export async function asOwner({ urls }: Site, statements: readonly string[]): Promise<void> {
  const owner = connect({ url: urls.DATABASE_URL }, 1);
  await sql.raw(['begin', ...statements, 'commit'].join(';\n')).execute(owner);
  await owner.destroy();
}
