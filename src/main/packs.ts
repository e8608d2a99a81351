import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../domain/errors.ts';
import type { PackFiles } from '../programme/policy/create-programme.ts';

/** The packs that come with Tocsin: beside `src` in a checkout, beside `dist` in the package. */
const POLICIES = join(import.meta.dirname, '../../policies');

/**
 * A pack's texts by file name. @throws INVALID_INPUT when no pack of this name comes with Tocsin.
 */
export async function readPack(name: string): Promise<PackFiles> {
  const known = await readdir(POLICIES);
  if (!known.includes(name)) throw invalid('pack', `one of ${known.join(', ')}`, name);
  const files: Record<string, string> = {};
  for (const file of (await readdir(join(POLICIES, name))).sort()) {
    files[file] = await readFile(join(POLICIES, name, file), 'utf8');
  }
  return { pack: name, files };
}
