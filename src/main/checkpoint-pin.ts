import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckpointPin } from '../programme/context.ts';

const NAME = 'checkpoint.pinned';

/**
 * The last checkpoint as a file beside the database, not in it. An older backup of one shows
 * against the other.
 */
export function fileCheckpointPin(dataDir: string): CheckpointPin {
  const path = join(dataDir, NAME);
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(note) {
      await writeDurably(path, note);
    },
  };
}

/**
 * Replaces a file so that after a crash it holds the old or the new text, whole: the new text is on
 * disk before the rename, and the rename before this resolves.
 */
export async function writeDurably(
  path: string,
  text: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
