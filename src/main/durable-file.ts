import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../domain/errors.ts';

/**
 * Replaces a file so that after a crash it holds the old or the new text, whole: the new text is on
 * disk before the rename, and the rename before this resolves. Killed before the rename, a file
 * `*.new` is left that nobody reads and the next writing replaces; failed, nothing is left.
 * @throws STORE_FULL, CONFIG_INVALID naming the file; the old text stands then.
 */
export async function writeDurably(
  path: string,
  text: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await writeThrough(temporary, text, mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(path, cause);
  }
  await flushFolder(dirname(path));
}

async function writeThrough(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (cause) {
    throw fileError(path, cause);
  }
}
