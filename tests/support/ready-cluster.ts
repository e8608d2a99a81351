import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { instant } from '../../src/domain/instant.ts';
import { startCluster } from '../../src/store/cluster/cluster.ts';
import { migrate } from '../../src/store/migrate.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHELF = join(ROOT, '.tools');
const PREFIX = 'test-cluster-';
/** What makes a cluster: after a change of it another is made. */
const SOURCES = ['src/store/migrations', 'src/store/cluster'];
const UNUSED_MS = 24 * 3_600_000;
/** Before any time that a test starts at. */
const MADE = instant(0);
const copy = promisify(execFile);

/**
 * Puts a database with the whole schema, and a master key, into a new data folder: by copying a
 * database that was made once for this state of the sources. Making one takes seconds, which most
 * tests are not about.
 */
export async function furnish(dataDir: string): Promise<string> {
  const ready = join(SHELF, PREFIX + (await stateOfSources()));
  if (!(await exists(ready))) await make(ready);
  await copyTree(ready, join(dataDir, 'cluster'));
  const key = randomBytes(32).toString('hex');
  await writeFile(join(dataDir, 'master.key'), `${key}\n`, { mode: 0o600 });
  return dataDir;
}

async function make(ready: string): Promise<void> {
  await mkdir(SHELF, { recursive: true });
  await sweep();
  const dataDir = await temporaryFolder();
  const staging = await mkdtemp(`${ready}.`);
  try {
    const cluster = await startCluster({ dataDir });
    const { host, port, database, passwords } = cluster;
    const owner = { host, port, database, user: 'tocsin_owner', password: passwords.owner };
    try {
      await migrate(owner, MADE);
    } finally {
      await cluster.stop();
    }
    await copyTree(join(cluster.dataDir, 'cluster'), join(staging, 'cluster'));
    // Of two that make it at once one finds the name taken, and uses the other's.
    await rename(join(staging, 'cluster'), ready).catch((error: unknown) => {
      if (!/ENOTEMPTY|EEXIST/.test(String(error))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** With owners and modes: the server's files are the server's user's. */
async function copyTree(from: string, to: string): Promise<void> {
  await copy('cp', ['-a', from, to]);
}

async function stateOfSources(): Promise<string> {
  const hash = createHash('sha256').update(`${process.getuid?.()}`);
  for (const source of SOURCES) {
    for (const name of (await readdir(join(ROOT, source))).sort()) {
      hash.update(name).update(await readFile(join(ROOT, source, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Those of sources long gone. */
async function sweep(): Promise<void> {
  for (const name of await readdir(SHELF)) {
    if (!name.startsWith(PREFIX)) continue;
    const { mtimeMs } = await stat(join(SHELF, name));
    if (Date.now() - mtimeMs < UNUSED_MS) continue;
    await rm(join(SHELF, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
