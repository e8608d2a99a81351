import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql, type Transaction } from 'kysely';
import { sha256Hex } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { asStoreError, connect } from './database.ts';
import type { Login } from './login.ts';
import type { Database } from './schema.ts';

type Migration = { version: number; name: string; text: string; sha256: string };

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const MIGRATION_LOCK = 0x6d696772;

/**
 * Brings the schema forward, each migration in a transaction of its own under an advisory lock, so
 * that two starting processes do not race. What was applied is never changed or taken back.
 * @throws STORE_VERSION when the database is newer than this program, or an applied file was
 * edited.
 */
export async function migrate(owner: Login, now: Instant): Promise<{ applied: string[] }> {
  const migrations = await readMigrations();
  const db = connect(owner, 1);
  try {
    const applied: string[] = [];
    for (const migration of await pending(db, migrations)) {
      const done = await db.transaction().execute(async (tx) => {
        await lock(tx);
        // Another process may have applied it meanwhile.
        const known = await history(tx, migrations);
        if (known.has(migration.version)) return false;
        await sql.raw(migration.text).execute(tx);
        await tx
          .insertInto('schema_migration')
          .values({
            version: migration.version,
            name: migration.name,
            sha256: migration.sha256,
            applied_at: new Date(now),
          })
          .execute();
        return true;
      });
      if (done) applied.push(migration.name);
    }
    return { applied };
  } catch (error) {
    throw asStoreError(error);
  } finally {
    await db.destroy();
  }
}

/** Those not applied yet. */
async function pending(
  db: Kysely<Database>,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const known = await db.transaction().execute(async (tx) => {
    await lock(tx);
    await sql`create table if not exists schema_migration (version integer primary key,
      name text not null, sha256 text not null, applied_at timestamptz(3) not null)`.execute(tx);
    return history(tx, migrations);
  });
  return migrations.filter(({ version }) => !known.has(version));
}

async function lock(tx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
}

/** The versions that were applied. @throws STORE_VERSION unless we ship each as it was applied. */
async function history(
  tx: Transaction<Database>,
  migrations: readonly Migration[],
): Promise<ReadonlySet<number>> {
  const known = await tx.selectFrom('schema_migration').selectAll().orderBy('version').execute();
  checkHistory(migrations, known);
  return new Set(known.map(({ version }) => version));
}

async function readMigrations(): Promise<Migration[]> {
  const folder = join(import.meta.dirname, 'migrations');
  const files = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      const [, version, name] = FILE.exec(file) as unknown as [string, string, string];
      return { version: Number(version), name, text, sha256: sha256Hex(Buffer.from(text)) };
    }),
  );
}

function checkHistory(
  migrations: readonly Migration[],
  known: readonly { version: number; name: string; sha256: string }[],
): void {
  for (const row of known) {
    const ours = migrations.find((migration) => migration.version === row.version);
    if (!ours) {
      throw new TocsinError(
        'STORE_VERSION',
        `the database has schema ${row.version} (${row.name}), this program knows up to ` +
          `${migrations.at(-1)?.version ?? 0}: run the newer Tocsin that wrote it`,
      );
    }
    if (ours.sha256 !== row.sha256) {
      throw new TocsinError(
        'STORE_VERSION',
        `migration ${row.version} (${row.name}) was applied with sha256 ${row.sha256}, ` +
          `this program ships ${ours.sha256}: migrations are never edited`,
      );
    }
  }
}
