import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Home } from './home.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** Windows keeps access in lists, not in modes, and cannot flush a folder. */
const POSIX = process.platform !== 'win32';

/**
 * A home in a folder that its owner alone can enter. It is made at the first write.
 * @throws CONFIG_INVALID from `read` and `write` when others may read the file or folder.
 */
export function fileHome(folder: string): Home {
  return {
    place: folder,
    read: (name) => readPrivate(join(folder, name)),
    write: (name, bytes) => replaceDurably(join(folder, name), bytes),
  };
}

async function readPrivate(path: string): Promise<Buffer | null> {
  const file = await openIfThere(path);
  if (file === null) return null;
  try {
    await requirePrivate(file, path, FILE_MODE);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Killed before the rename, the old bytes stand and a file `*.new-…` that nobody reads is left;
 * killed after it, the new ones stand, which were on disk before. The folder is flushed too, so
 * that the rename itself lasts.
 */
async function replaceDurably(path: string, bytes: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  // A name of its own, so that two processes that write the same file do not write into each other.
  const temporary = `${path}.new-${newId()}`;
  try {
    const file = await open(temporary, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(folder);
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (!POSIX) return;
  if (first !== undefined) await flushFolder(dirname(first));
  const opened = await open(folder, 'r');
  try {
    await requirePrivate(opened, folder, FOLDER_MODE);
  } finally {
    await opened.close();
  }
}

async function flushFolder(folder: string): Promise<void> {
  if (!POSIX) return;
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function requirePrivate(file: FileHandle, path: string, expected: number): Promise<void> {
  const { mode } = await file.stat();
  if (!POSIX || (mode & OTHERS) === 0) return;
  const octal = (bits: number): string => (bits & 0o777).toString(8).padStart(4, '0');
  throw new TocsinError(
    'CONFIG_INVALID',
    `${path}: expected mode ${octal(expected)}, found ${octal(mode)}: others may have read it. ` +
      `If they cannot have, run: chmod ${octal(expected)} '${path}'`,
  );
}
