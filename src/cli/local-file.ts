import { readFile, stat } from 'node:fs/promises';
import { MAX_ARTIFACT_BYTES } from '../domain/artifact.ts';
import { TocsinError } from '../domain/errors.ts';

/**
 * The whole of a local file.
 * @throws INVALID_INPUT when it cannot be read; LIMIT_EXCEEDED, before it is read, when it is
 *   larger than anything the server takes.
 */
export async function readLocalFile(path: string): Promise<Buffer> {
  const size = await orUnreadable(path, async () => (await stat(path)).size);
  if (size <= MAX_ARTIFACT_BYTES) return orUnreadable(path, () => readFile(path));
  throw new TocsinError(
    'LIMIT_EXCEEDED',
    `${path}: expected at most ${MAX_ARTIFACT_BYTES} bytes, found ${size}`,
    { field: path },
  );
}

async function orUnreadable<T>(path: string, reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new TocsinError('INVALID_INPUT', `${path}: expected a readable file, found ${code}`, {
      field: path,
      cause,
    });
  }
}

/** @throws as `readLocalFile` */
export async function readTextFile(path: string): Promise<string> {
  return (await readLocalFile(path)).toString('utf8');
}

/** The same, null when there is no such file. @throws as `readLocalFile` */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await readTextFile(path);
  } catch (error) {
    const beneath = error instanceof TocsinError ? error.cause : null;
    if (beneath instanceof Error && 'code' in beneath && beneath.code === 'ENOENT') return null;
    throw error;
  }
}
