import { readFile, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import pg from 'pg';
import { fileError, TocsinError } from '../../domain/errors.ts';
import { DATABASE, ROLES } from './initialise.ts';
import { ownerOf } from './layout.ts';
import { PORT, type Postmaster } from './postmaster.ts';
import { isAlive, startOf } from './process.ts';

/** Our hold on a cluster: a session whose advisory lock the server drops with the connection. */
export type Hold = { readonly session: pg.Client; readonly version: string };

export type Claim =
  | { readonly kind: 'held'; readonly hold: Hold }
  /** By a live process, or (`pid` null) by one that is not known or just died. */
  | { readonly kind: 'taken'; readonly pid: number | null }
  /** Nobody answers at the socket. */
  | { readonly kind: 'unreachable' }
  /** The server answers, and lets us in no further. */
  | { readonly kind: 'refused'; readonly reason: string };

/** "toc" and "own" as numbers: the two-integer key space, apart from the store's own locks. */
const LOCK_CLASS = 0x746f63;
const LOCK_OBJECT = 0x6f776e;

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Tries to become the one Tocsin of a cluster. The advisory lock decides between two that try at
 * once and vanishes with its holder, kill -9 included. The file of the holder's pid beside it keeps
 * a second one out while the first has lost its session because the server died.
 * @throws CONFIG_INVALID when the server does not know our password; that and STORE_FULL when the
 *   file cannot be written.
 */
export async function claimCluster(
  cluster: string,
  server: Postmaster,
  password: string,
): Promise<Claim> {
  const socket = new Socket();
  const session = new pg.Client({
    stream: () => socket,
    host: server.sockets,
    port: PORT,
    database: DATABASE,
    user: ROLES.owner,
    password,
    application_name: 'tocsin owner',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // Whoever holds the session listens for its end; an error only announces that end.
  session.on('error', () => undefined);
  try {
    await session.connect();
    const { rows } = await session.query<{ locked: boolean; version: string }>(
      `select pg_try_advisory_lock($1, $2) as locked, current_setting('server_version') as version`,
      [LOCK_CLASS, LOCK_OBJECT],
    );
    const row = rows[0];
    const pid = await ownerPid(cluster);
    if (row?.locked && pid === null) {
      await putOwner(cluster);
      // Holding must not keep a process alive that has nothing else to do.
      socket.unref();
      return { kind: 'held', hold: { session, version: row.version.split(' ')[0] ?? '' } };
    }
    await session.end();
    return { kind: 'taken', pid };
  } catch (error) {
    await session.end().catch(() => undefined);
    return explain(error);
  }
}

async function putOwner(cluster: string): Promise<void> {
  const path = ownerOf(cluster);
  const text = `${process.pid} ${await startOf(process.pid)}\n`;
  await writeFile(path, text).catch((cause: unknown) => {
    throw fileError(path, cause);
  });
}

/** SQLSTATE 28P01, invalid_password. */
const WRONG_PASSWORD = '28P01';

function explain(error: unknown): Claim {
  if (error instanceof TocsinError) throw error;
  if (!(error instanceof pg.DatabaseError)) return { kind: 'unreachable' };
  if (error.code !== WRONG_PASSWORD) return { kind: 'refused', reason: error.message };
  throw new TocsinError(
    'CONFIG_INVALID',
    'the database does not accept the password of passwords.json: restore that file',
  );
}

/** The live process that the pid file names, other than us; null when there is none. */
async function ownerPid(cluster: string): Promise<number | null> {
  const text = await readFile(ownerOf(cluster), 'utf8').catch(() => '');
  const [first = '', started = ''] = text.trim().split(' ');
  const pid = Number(first);
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return null;
  if (!(await isAlive(pid))) return null;
  return String(await startOf(pid)) === started ? pid : null;
}
