import { readFile, stat } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { randomBytes } from '../crypto/random.ts';
import type { MasterKey } from '../crypto/wrap.ts';
import { fileError, TocsinError } from '../domain/errors.ts';
import { writeDurably } from './durable-file.ts';

const KEY_LINE = /^[0-9a-f]{64}\n?$/;

/**
 * Reads the master key (64 hex digits in a file only its owner can read). `create`: make one if
 * there is none, which only the first start of a fresh data folder may do: a lost key is not
 * replaced by a new one silently.
 */
export async function loadMasterKey(
  config: Config['masterKey'],
  create: boolean,
): Promise<MasterKey> {
  let text: string;
  try {
    const { mode } = await stat(config.file);
    if ((mode & 0o077) !== 0) {
      throw new TocsinError(
        'KEY_INVALID',
        `master key file: expected mode 0600, found 0${(mode & 0o777).toString(8)}`,
      );
    }
    text = await readFile(config.file, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!absent) throw error instanceof TocsinError ? error : fileError(config.file, error);
    if (!create) {
      throw new TocsinError(
        'KEY_WRONG',
        `master key: expected it in ${config.file} (TOCSIN_MASTER_KEY_FILE), found none, and the ` +
          `data folder is one of an installation: restore the key from its backup (docs/keys.md)`,
      );
    }
    text = randomBytes(32).toString('hex');
    await writeDurably(config.file, `${text}\n`);
  }
  if (!KEY_LINE.test(text)) {
    throw new TocsinError('KEY_INVALID', 'master key file: expected one line of 64 hex digits');
  }
  return { kid: config.kid, key: Buffer.from(text.trim(), 'hex') };
}
