import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TocsinError } from '../../domain/errors.ts';
import { type Attachment, attach, type Site } from './attach.ts';
import { chooseBinaries, findBinaries } from './binaries.ts';
import { DATABASE, initialise, type Passwords, readPasswords, sweepStaging } from './initialise.ts';
import { dataOf, type Layout, openFolder, ownerOf, placeOf } from './layout.ts';
import { endPostmaster, findPostmaster, PORT } from './postmaster.ts';
import { hasCode, signal } from './process.ts';
import { serverUser } from './server-user.ts';

export type ClusterOptions = {
  /** Tocsin's data folder, made if missing. The cluster lies in `cluster/` below it. */
  readonly dataDir: string;
  /** Gets a line for each thing worth an operator's eye: started, adopted, lost, ended. */
  readonly logLine?: (line: string) => void;
  /** Prefer an installed PostgreSQL to the one from npm. @defaultValue true */
  readonly preferInstalled?: boolean;
  /** A PATH to look for an installed PostgreSQL in, besides the usual places. */
  readonly path?: string;
};

/** A running cluster that is ours alone. Its server restarts if it dies, until `stop`. */
export type Cluster = {
  /** The socket's folder, as `host` of a PostgreSQL client. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly passwords: Passwords;
  /** The server's, such as `15.13`. */
  readonly version: string;
  /** Where the data folder really is, after a move. */
  readonly dataDir: string;
  /** What the operator should know, such as a folder that moved. */
  readonly notes: readonly string[];
  /** Ends sessions and server in order; the data is then consistent without recovery. */
  stop(): Promise<void>;
};

/**
 * Starts the embedded PostgreSQL of a data folder, making it at first.
 * @throws CONFIG_INVALID for an unusable folder, user or PostgreSQL; STORE_VERSION for a folder of
 * another major version; STORE_LOCKED when another Tocsin holds it; STORE_FULL, STORE_UNAVAILABLE
 * when PostgreSQL does not start.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  refuseUnsupported();
  const logLine = options.logLine ?? (() => undefined);
  const user = await serverUser(dataOf((await placeOf(options.dataDir)).cluster));
  const { layout, notes } = await openFolder(options.dataDir, user);
  const all = await findBinaries(user, {
    preferInstalled: options.preferInstalled ?? true,
    path: options.path,
  });
  const major = await majorOf(layout);
  const binaries = chooseBinaries(all, dataOf(layout.cluster), major);
  if (major === null) await initialise(layout, binaries, user);
  const passwords = await readPasswords(layout.cluster);
  const site = { cluster: layout.cluster, binaries, user, ownerPassword: passwords.owner, logLine };
  const first = await attach(site);
  await sweepStaging(layout);
  logLine(`PostgreSQL ${first.hold.version} ${first.adopted ? 'adopted' : 'started'}`);
  return {
    host: first.server.sockets,
    port: PORT,
    database: DATABASE,
    passwords,
    version: first.hold.version,
    dataDir: layout.folder,
    notes,
    stop: supervise(site, first),
  };
}

function refuseUnsupported(): void {
  if (process.platform !== 'win32') return;
  throw new TocsinError(
    'CONFIG_INVALID',
    'the embedded database needs Linux or macOS, found Windows: set DATABASE_URL to a server',
  );
}

/** The major version that wrote the data folder; null when there is none yet. */
async function majorOf(layout: Layout): Promise<number | null> {
  const path = join(dataOf(layout.cluster), 'PG_VERSION');
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw new TocsinError(
      'CONFIG_INVALID',
      `${path} cannot be read: the database was made by another user, start Tocsin as that one`,
      { cause },
    );
  }
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/**
 * Watches our session, whose end tells that the server died, and gets hold of the server again. The
 * store's pools meanwhile see connection errors and reconnect by themselves.
 * @returns the function that stops watching and ends the server.
 */
function supervise(site: Site, first: Attachment): () => Promise<void> {
  let current = first;
  let stopping: Promise<void> | null = null;
  let recovery: Promise<void> = Promise.resolve();
  const wake = new AbortController();

  const watch = () => {
    current.hold.session.once('end', () => {
      if (!stopping) recovery = recover();
    });
  };

  const recover = async () => {
    site.logLine('PostgreSQL ended our session');
    for (let wait = FIRST_RETRY_MS; !stopping; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      // An aborted wait is a stop, which the loop's condition sees.
      await sleep(wait, undefined, { ref: false, signal: wake.signal }).catch(() => undefined);
      if (stopping) return;
      try {
        current = await attach(site);
        site.logLine(`PostgreSQL ${current.adopted ? 'is back' : 'was started again'}`);
        return watch();
      } catch (error) {
        site.logLine(error instanceof Error ? error.message : 'PostgreSQL could not be started');
      }
    }
  };

  // A process that ends without `stop` (uncaught error, process.exit) takes the server along.
  const onExit = () => signal(current.server.pid, 'SIGINT');
  process.once('exit', onExit);

  const stop = async () => {
    wake.abort();
    await recovery;
    process.removeListener('exit', onExit);
    const server = await findPostmaster(site.cluster);
    if (server) await endPostmaster(site.cluster, server);
    await rm(ownerOf(site.cluster), { force: true });
    site.logLine('PostgreSQL ended');
  };

  watch();
  return () => {
    stopping ??= stop();
    return stopping;
  };
}
