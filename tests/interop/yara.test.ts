import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { newId } from '../../src/crypto/random.ts';
import type { ArtifactId } from '../../src/domain/ids.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { compileTable, splice } from '../../src/marking/splice.ts';
import { seeded } from '../support/seeded.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['examples/sharepoint-2025-07', 'testdata/toolshell/yara', 'testdata/rules/yara'];
const VARIANTS = 5;

/** Declared for rules that ask for it; what it holds matters to none of these tests. */
const EXTERNALS = ['-d', 'filepath=', '-d', 'filename=', '-d', 'extension=', '-d', 'filetype='];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-interop-'));
});
after(() => rm(folder, { recursive: true, force: true }));

for (const from of FOLDERS) {
  for (const file of (await readdir(join(ROOT, from))).filter((name) => name.endsWith('.yar'))) {
    test(`marked variants of ${file} find what their master finds, by yara`, async () => {
      const text = await readFile(join(ROOT, from, file), 'utf8');
      const artifact = newId<ArtifactId>();
      const input = {
        artifact,
        version: 1,
        format: 'yara',
        text,
        sidecar: null,
        earlier: [],
      } as const;
      const { table } = freezeSlots(input);
      assert.ok(table.slots.length > 0);
      const splicer = compileTable(Buffer.from(text), table);
      // A rule's own source is a sample that holds all its plain strings.
      const sample = join(folder, 'sample');
      await writeFile(sample, text);
      const expected = await hits(text, sample);
      const random = seeded(file.length);
      for (let n = 0; n < VARIANTS; n++) {
        const bits = Uint8Array.from({ length: splicer.bitSlots }, () => random.below(2));
        const variant = splice(splicer, bits, () => Buffer.alloc(32)).toString();
        assert.deepEqual(await hits(variant, sample), expected);
      }
    });
  }
}

/** Names of the rules that hit, sorted. */
async function hits(rules: string, sample: string): Promise<string[]> {
  const file = join(folder, 'rules.yar');
  await writeFile(file, rules);
  const { stdout } = await promisify(execFile)('yara', ['-w', ...EXTERNALS, file, sample]);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name !== '')
    .toSorted();
}
