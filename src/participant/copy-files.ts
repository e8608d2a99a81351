import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../crypto/hash.ts';
import { looksLikeOpenpgp } from '../crypto/openpgp/message.ts';
import { newId } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import { MAX_COPY_BYTES } from './api.ts';
import type { OpenedCopy } from './open-copy.ts';
import type { Member } from './session.ts';

const PRIVATE = 0o600;

/** Armor takes a third more than the copy itself. */
const MAX_FILE_BYTES = 2 * MAX_COPY_BYTES;

/** A sealed file from the disk. @throws LIMIT_EXCEEDED when no copy is that large. */
export async function readCopyFile(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      throw new TocsinError(
        'LIMIT_EXCEEDED',
        `${path}: expected at most ${MAX_FILE_BYTES} bytes, found ${size}`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Stores a fetched copy in a folder, as `NAME.age` or `NAME.gpg`, and beside it, with `.json` after
 * that, what the issuer signed of it. A file that is there stays: the new one then has its delivery
 * in its name.
 * @returns the path of the sealed file.
 */
export async function storeCopy(
  folder: string,
  file: Uint8Array,
  { manifest }: OpenedCopy,
  { keys }: Member,
): Promise<string> {
  const name = plainName(manifest.name);
  const ending = sealEnding(file);
  const first = join(folder, `${name}.${ending}`);
  const taken = await exists(first);
  const path = taken ? join(folder, `${name}.${manifest.delivery.slice(0, 8)}.${ending}`) : first;
  const { logVerifierKey } = keys;
  const promised = { sealedSha256: sha256Hex(file), logVerifierKey, manifest };
  await writeNew(path, file);
  await writeNew(`${path}.json`, `${JSON.stringify(promised, null, 2)}\n`);
  return path;
}

/** What the name of a sealed file ends in, by its kind. */
export function sealEnding(file: Uint8Array): 'age' | 'gpg' {
  return looksLikeOpenpgp(file) ? 'gpg' : 'age';
}

/** Where content goes unless the user says otherwise: into `folder`, under its own name. */
export function contentPath(folder: string, { contentName }: OpenedCopy): string {
  return join(folder, plainName(contentName));
}

/**
 * Writes a file that was not there. It appears whole or, after an error or a crash, not at all.
 * @throws CONFLICT when something has that name.
 */
export async function writeNew(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new-${newId()}`;
  try {
    const file = await open(temporary, 'wx', PRIVATE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link does not replace.
    await link(temporary, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    throw new TocsinError('CONFLICT', `${path}: expected no such file, found one`, {
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The issuer chose the name: it shall neither hide the file nor look like an option. */
function plainName(name: string): string {
  return name.replace(/^[.-]/, '_');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
