import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../domain/errors.ts';
import type { CheckpointPin } from '../programme/context.ts';
import { writeDurably } from './durable-file.ts';

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
        throw fileError(path, error);
      }
    },
    async write(note) {
      await writeDurably(path, note);
    },
  };
}
