import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const POLICIES = join(import.meta.dirname, '../../policies');

/** The names of the packs that ship with Tocsin. */
export const SHIPPED_PACKS: readonly string[] = readdirSync(POLICIES);

/** The files of a shipped pack, as `parsePack` takes them. */
export function packFiles(name: string): Map<string, string> {
  const folder = join(POLICIES, name);
  return new Map(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}
