import { setTimeout as sleep } from 'node:timers/promises';
import { TocsinError } from '../../domain/errors.ts';
import type { Binaries } from './binaries.ts';
import type { ChildUser } from './child.ts';
import { claimCluster, type Hold } from './claim.ts';
import { dropSocketFolder, makeSocketFolder } from './layout.ts';
import { endPostmaster, findPostmaster, lastWords, launch, type Postmaster } from './postmaster.ts';
import { NO_SPACE } from './process.ts';

export type Attachment = {
  readonly server: Postmaster;
  readonly hold: Hold;
  /** The server ran already: a Tocsin that was killed left it. */
  readonly adopted: boolean;
};

export type Site = {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly user: ChildUser | null;
  readonly ownerPassword: string;
  readonly logLine: (line: string) => void;
};

const POLL_MS = 20;
/** A killed Tocsin's session ends within milliseconds; longer than this, a live one holds it. */
const TAKEN_MS = 2_000;
/** A server that says it is ready, but nobody answers: its socket is gone, or it hangs. */
const UNREACHABLE_MS = 3_000;
/** A server that answers and refuses, such as one with all its connections in use. */
const REFUSED_MS = 10_000;
/** Stale lock files and shared memory of a server that died clear up within this. */
const STALE_MS = 10_000;
const STALE = /lock file .* already exists|shared memory block|is the server still running/i;

/**
 * Gets hold of the cluster's server: adopts the one that runs, or starts one. One that starts,
 * recovers or shuts down is waited for as long as it lives, since recovery takes what it takes.
 * @throws STORE_LOCKED naming the pid of another Tocsin; STORE_FULL, STORE_UNAVAILABLE when the
 * server does not start or let us in; CONFIG_INVALID for a wrong password file.
 */
export async function attach(site: Site): Promise<Attachment> {
  const patience = new Patience();
  let launched: Launched | null = null;
  for (;;) {
    const server = await findPostmaster(site.cluster);
    if (server?.ready) {
      const claim = await claimCluster(site.cluster, server, site.ownerPassword);
      switch (claim.kind) {
        case 'held':
          return { server, hold: claim.hold, adopted: launched?.exited() !== false };
        case 'taken':
          if (claim.pid !== null || patience.isOver('taken', TAKEN_MS)) {
            throw locked(site.cluster, claim.pid);
          }
          break;
        case 'unreachable':
          if (patience.isOver('unreachable', UNREACHABLE_MS)) {
            site.logLine(`PostgreSQL (pid ${server.pid}) does not answer: ending it`);
            await endPostmaster(site.cluster, server);
          }
          break;
        case 'refused':
          if (patience.isOver('refused', REFUSED_MS)) throw refused(claim.reason);
          break;
      }
    } else if (!server && launched?.exited() !== false) {
      if (launched) {
        await discard(site.cluster, launched);
        if (patience.isOver('stale', STALE_MS)) throw await notStarted(site.cluster);
      }
      launched = await start(site);
    }
    await sleep(POLL_MS);
  }
}

/** How long each hindrance has lasted, from when it was first met. */
class Patience {
  readonly #timers = new Map<string, AbortSignal>();

  isOver(hindrance: string, afterMs: number): boolean {
    const timer = this.#timers.get(hindrance) ?? AbortSignal.timeout(afterMs);
    this.#timers.set(hindrance, timer);
    return timer.aborted;
  }
}

type Launched = { readonly exited: () => boolean; readonly sockets: string };

async function start(site: Site): Promise<Launched> {
  const sockets = await makeSocketFolder(site.cluster, site.user);
  const { exited } = await launch(site.cluster, sockets, site.binaries, site.user);
  return { exited, sockets };
}

const RETRY_MS = 250;

/** After a start that failed: waits for the next if what stood in the way will go away. */
async function discard(cluster: string, launched: Launched): Promise<void> {
  await dropSocketFolder(launched.sockets);
  if (!STALE.test(await lastWords(cluster))) throw await notStarted(cluster);
  await sleep(RETRY_MS);
}

async function notStarted(cluster: string): Promise<TocsinError> {
  const words = await lastWords(cluster);
  return new TocsinError(
    NO_SPACE.test(words) ? 'STORE_FULL' : 'STORE_UNAVAILABLE',
    `PostgreSQL did not start on ${cluster}; it said: ${words || 'nothing'}`,
  );
}

function refused(reason: string): TocsinError {
  return new TocsinError(
    'STORE_UNAVAILABLE',
    `PostgreSQL runs but lets us in no further: ${reason}`,
  );
}

function locked(cluster: string, pid: number | null): TocsinError {
  const holder = pid === null ? 'another Tocsin' : `another Tocsin (pid ${pid})`;
  return new TocsinError('STORE_LOCKED', `${cluster} is in use by ${holder}: stop it first`);
}
