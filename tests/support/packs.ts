import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { compilePolicy, type Policy } from '../../src/policy/decide.ts';
import { parsePack } from '../../src/policy/pack.ts';

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

/** A shipped pack, compiled; `more` is added as one more Cedar file. */
export function policyOf(name: string, more?: string): Policy {
  const files = packFiles(name);
  if (more !== undefined) files.set('more.cedar', more);
  return compilePolicy(parsePack(files), sha256);
}

export function sha256(text: string): string {
  return sha256Hex(Buffer.from(text));
}
