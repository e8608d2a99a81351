import { close, open } from 'node:fs';
import { readFile, readlink, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fileError } from '../../domain/errors.ts';
import { asBatch } from './as-batch.ts';
import type { Binaries } from './binaries.ts';
import { type ChildUser, startChild } from './child.ts';
import { accessRulesOf, dataOf, dropSocketFolder, logOf } from './layout.ts';
import { isAlive, signal } from './process.ts';

/** A PostgreSQL server that is alive on our data folder, whoever started it. */
export type Postmaster = {
  readonly pid: number;
  readonly sockets: string;
  readonly ready: boolean;
};

/** Only a name on a Unix socket: each server has a folder to itself. */
export const PORT = 5432;

/**
 * What must hold whatever the cluster's postgresql.conf says: the command line wins over the file.
 * Errors of statements go to the caller only (`log_min_messages` above error, terse): their texts
 * quote values.
 */
const SETTINGS = [
  `port=${PORT}`,
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'fsync=on',
  'full_page_writes=on',
  'synchronous_commit=on',
  'password_encryption=scram-sha-256',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_checkpoints=off',
  'logging_collector=off',
];

/** Above this the log of earlier starts is set aside as `postgres.log.1`. */
const LOG_LIMIT = 1024 * 1024;

/** Starts a server and returns at once; `exited` becomes true when it has ended. */
export async function launch(
  cluster: string,
  sockets: string,
  binaries: Binaries,
  user: ChildUser | null,
): Promise<{ readonly exited: () => boolean }> {
  const settings = [
    ...SETTINGS,
    `unix_socket_directories=${quoteList(sockets)}`,
    `hba_file=${accessRulesOf(cluster)}`,
  ];
  const log = await openLog(logOf(cluster));
  const server = join(binaries.bin, 'postgres');
  const [program = server, ...prefix] = [...(await asBatch(user)), server];
  const child = startChild(
    program,
    [...prefix, '-D', dataOf(cluster), ...settings.flatMap((setting) => ['-c', setting])],
    { user: user ?? undefined, output: log },
  );
  await promisify(close)(log);
  let exited = false;
  child.on('exit', () => {
    exited = true;
  });
  child.on('error', () => {
    exited = true;
  });
  return { exited: () => exited };
}

/** `unix_socket_directories` is a list: a folder's name may hold a comma or a quote. */
function quoteList(folder: string): string {
  return `"${folder.replaceAll('"', '""')}"`;
}

async function openLog(path: string): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(path, `${path}.1`);
  return promisify(open)(path, 'a', 0o600).catch((cause: unknown) => {
    throw fileError(path, cause);
  });
}

const LAST_LINES = 10;
const LAST_WORDS = 3;

/**
 * The last words of a server that did not come up: from the one that it died of on, after which it
 * may say at length that it ends. They quote no statement (see SETTINGS).
 */
export async function lastWords(cluster: string): Promise<string> {
  const text = await readFile(logOf(cluster), 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-LAST_LINES);
  const death = lines.findLastIndex((line) => / (?:FATAL|PANIC): /.test(line));
  const from = death < 0 ? Math.max(lines.length - LAST_WORDS, 0) : death;
  return lines.slice(from, from + LAST_WORDS).join(' / ');
}

/**
 * The live server of this data folder, from the `postmaster.pid` it keeps there; null when none is
 * alive. The file is the server's, so its words are checked before a signal is sent to a pid.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const data = dataOf(cluster);
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isAlive(pid))) return null;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => data);
  if (folder !== data) return null;
  return { pid, sockets: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Ends a server in order: a fast shutdown (SIGINT) ends sessions and writes a checkpoint. One that
 * has not ended after a minute is ended at once (SIGQUIT); it recovers from its log at the next
 * start.
 */
export async function endPostmaster(cluster: string, server: Postmaster): Promise<void> {
  signal(server.pid, 'SIGINT');
  if (!(await hasEnded(cluster, server.pid, FAST_SHUTDOWN_MS))) {
    signal(server.pid, 'SIGQUIT');
    await hasEnded(cluster, server.pid, IMMEDIATE_SHUTDOWN_MS);
  }
  await dropSocketFolder(server.sockets);
}

async function hasEnded(cluster: string, pid: number, withinMs: number): Promise<boolean> {
  const over = AbortSignal.timeout(withinMs);
  while (!over.aborted) {
    if ((await findPostmaster(cluster))?.pid !== pid) return true;
    await sleep(POLL_MS);
  }
  return false;
}
