import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { newId } from '../../crypto/random.ts';
import { fileError, TocsinError } from '../../domain/errors.ts';
import type { ChildUser } from './child.ts';
import { ROOT_FOLDER } from './npm-binaries.ts';
import { hasCode } from './process.ts';
import { canEnter } from './server-user.ts';

/**
 * The files of a cluster. `cluster/` appears by one rename when it is complete, so whoever finds it
 * finds all of it. Only `data/` and the socket's folder belong to the server's user; password file,
 * access rules and log stay ours, out of reach of a server that has been taken over.
 */
export type Layout = {
  /** Tocsin's data folder, after a move. */
  readonly folder: string;
  readonly cluster: string;
};

export const dataOf = (cluster: string) => join(cluster, 'data');
const socketsOf = (cluster: string) => join(cluster, 'run');
export const passwordsOf = (cluster: string) => join(cluster, 'passwords.json');
export const accessRulesOf = (cluster: string) => join(cluster, 'pg_hba.conf');
export const logOf = (cluster: string) => join(cluster, 'postgres.log');
export const ownerOf = (cluster: string) => join(cluster, 'tocsin.pid');

/** Written into a folder whose cluster lies elsewhere; holds the path. */
const MOVED = 'moved-to';

/** Where the cluster of `dataDir` is or will be, as far as `dataDir` itself tells. */
export async function placeOf(dataDir: string): Promise<Layout & { readonly moved: boolean }> {
  const asked = resolve(dataDir);
  const target = await readFile(join(asked, MOVED), 'utf8').catch(() => null);
  const folder = target?.trim() ?? asked;
  return { folder, cluster: join(folder, 'cluster'), moved: target !== null };
}

/**
 * Makes the data folder and sees to it that the server's user can enter it. A folder below one that
 * is closed to that user (`/root`) moves to `/var/lib/tocsin`, which `moved-to` in it records.
 * @throws CONFIG_INVALID when the folder cannot be made, or holds a cluster its user cannot reach.
 */
export async function openFolder(
  dataDir: string,
  user: ChildUser | null,
): Promise<{ layout: Layout; notes: string[] }> {
  const place = await placeOf(dataDir);
  await makeFolder(place.folder, user);
  if (!(await canEnter(user, place.folder))) return move(dataDir, place, user);
  const layout = await layoutIn(place.folder);
  return { layout, notes: place.moved ? [movedNote(dataDir, layout.folder)] : [] };
}

async function move(dataDir: string, place: Layout, user: ChildUser | null) {
  if (await stat(place.cluster).catch(() => null)) {
    throw new TocsinError(
      'CONFIG_INVALID',
      `${place.folder} holds a database, but the server's user cannot enter this folder: ` +
        'let others enter it and the folders above (chmod o+x)',
    );
  }
  const folder = join(ROOT_FOLDER, `${basename(place.folder)}-${newId().slice(0, 8)}`);
  await makeFolder(ROOT_FOLDER, user);
  await makeFolder(folder, user);
  const record = join(place.folder, MOVED);
  await writeFile(record, `${folder}\n`, { flush: true }).catch((cause: unknown) => {
    throw fileError(record, cause);
  });
  return { layout: await layoutIn(folder), notes: [movedNote(dataDir, folder)] };
}

/** Without links in its path: the server names its folder so, and we compare with that. */
async function layoutIn(place: string): Promise<Layout> {
  const folder = await realpath(place);
  return { folder, cluster: join(folder, 'cluster') };
}

function movedNote(dataDir: string, folder: string): string {
  return `the database is in ${folder}: the server's user cannot enter ${resolve(dataDir)}`;
}

async function makeFolder(folder: string, user: ChildUser | null): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: user ? 0o711 : 0o700 });
    // The data folder itself is ours to open; the folders above it are not.
    if (user) await chmod(folder, (await stat(folder)).mode | 0o011);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (hasCode(cause, 'ENOSPC')) throw fileError(folder, cause);
    throw new TocsinError(
      'CONFIG_INVALID',
      `the data folder ${folder} cannot be made or written to by this user`,
      { cause },
    );
  }
}

/** A socket's whole path must fit the kernel's `sun_path`: 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH = 99;
const SOCKET_NAME = '/.s.PGSQL.5432';
const SHORT_PREFIX = 'tocsin-';

/**
 * A folder (0700, the server's) for the socket: in the cluster, or a short one where that is too
 * long.
 */
export async function makeSocketFolder(cluster: string, user: ChildUser | null): Promise<string> {
  const inside = socketsOf(cluster);
  const fits = Buffer.byteLength(inside + SOCKET_NAME) <= MAX_SOCKET_PATH;
  const folder = fits ? inside : await mkdtemp(join(user ? '/run' : '/tmp', SHORT_PREFIX));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveTo(user, folder);
  return folder;
}

/** Removes a short socket folder of a server that has ended; one inside the cluster stays. */
export async function dropSocketFolder(folder: string): Promise<void> {
  if (!/^\/(run|tmp)\/tocsin-\w{6}$/.test(folder)) return;
  await rm(folder, { recursive: true, force: true });
}

export async function giveTo(user: ChildUser | null, path: string): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}
