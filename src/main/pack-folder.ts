import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { invalid } from '../domain/errors.ts';
import { explanationPage } from '../policy/explain/page.ts';
import { type Explanation, explainPolicy } from '../policy/explain.ts';
import { checkPolicy } from '../programme/policy/check-policy.ts';
import type { PackFiles } from '../programme/policy/create-programme.ts';
import { compileFiles } from '../programme/policy-shelf.ts';
import { readPack } from './packs.ts';

/** More files than any pack has: some other folder was meant. */
const MAX_FILES = 20;

/**
 * A pack by its folder, or by its name where it came with Tocsin; a folder of that name in `cwd`
 * comes first.
 * @throws INVALID_INPUT when it is neither.
 */
export async function packAt(folderOrName: string, cwd: string): Promise<PackFiles> {
  const folder = resolve(cwd, folderOrName);
  const found = await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (found === null) return readPack(folderOrName);
  const names = found.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (names.length > MAX_FILES) {
    throw invalid('pack', `a folder of at most ${MAX_FILES} files`, names.length);
  }
  const files: Record<string, string> = {};
  for (const name of names.sort()) files[name] = await readFile(join(folder, name), 'utf8');
  return { pack: basename(folder), files };
}

/** Checks a pack on this machine, without a server or a database. */
export const checkFiles = checkPolicy;

/** Explains a pack on this machine: what it decides, as data and as a page of Markdown. */
export function explainFiles(files: PackFiles['files']): {
  readonly explanation: Explanation;
  readonly page: string;
} {
  const policy = compileFiles(files);
  const explanation = explainPolicy(policy);
  return { explanation, page: explanationPage(explanation, policy.words) };
}
