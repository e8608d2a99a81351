import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { compilePolicy, type Policy } from '../../src/policy/decide.ts';
import { parsePack } from '../../src/policy/pack.ts';

const ROOT = join(import.meta.dirname, '../..');
const POLICIES = join(ROOT, 'policies');
const EXAMPLES = join(ROOT, 'examples/packs');

/** The names of the packs that ship with Tocsin. */
export const SHIPPED_PACKS: readonly string[] = readdirSync(POLICIES);

/** The names of the packs that show what other programmes' rules look like. */
const EXAMPLE_PACKS: readonly string[] = readdirSync(EXAMPLES);

export const ALL_PACKS: readonly string[] = [...SHIPPED_PACKS, ...EXAMPLE_PACKS];

/** The files of a pack, shipped or an example, as `parsePack` takes them. */
export function packFiles(name: string): Map<string, string> {
  const folder = join(SHIPPED_PACKS.includes(name) ? POLICIES : EXAMPLES, name);
  return new Map(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

const FIRST_SECTION = /^(?:#.*\n)*(?:timing|eligibility|use|duties|embargo):/m;

/** `mapp` with its table alone: a test adds the sections that it is about. */
export function bareFiles(): Map<string, string> {
  const files = packFiles('mapp');
  const [table = ''] = (files.get('programme.yaml') ?? '').split(FIRST_SECTION);
  return files.set('programme.yaml', table);
}

/** A pack, shipped or an example, compiled; `more` is added as one more Cedar file. */
export function policyOf(name: string, more?: string): Policy {
  const files = packFiles(name);
  if (more !== undefined) files.set('more.cedar', more);
  return compilePolicy(parsePack(files), sha256);
}

export function sha256(text: string): string {
  return sha256Hex(Buffer.from(text));
}
