import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { newId } from '../../src/crypto/random.ts';
import type { ArtifactId } from '../../src/domain/ids.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { variantsOf } from '../support/copies.ts';

const TESTDATA = join(import.meta.dirname, '../../testdata');
const RULES = globSync(join(TESTDATA, '{toolshell,rules}/sigma/*.yml'));
const QUERIES = join(import.meta.dirname, '../support/sigma-queries.py');

test('pySigma makes the same queries of a rule and of all its marked variants', () => {
  const rules = RULES.map((path) => {
    const text = readFileSync(path, 'utf8');
    const input = { artifact: newId<ArtifactId>(), version: 1, format: 'sigma' } as const;
    const { table } = freezeSlots({ ...input, text, sidecar: null, earlier: [] });
    return { path, texts: [text, ...variantsOf(text, table)] };
  });
  assert.ok(rules.length > 30);
  const queries = queriesOf(rules.flatMap(({ texts }) => texts));
  let at = 0;
  for (const { path, texts } of rules) {
    const [authored, ...variants] = queries.slice(at, at + texts.length);
    at += texts.length;
    assert.equal(authored?.length, 2, basename(path));
    assert.ok(authored?.every((list) => list.length > 0 && list.every((query) => query !== '')));
    for (const variant of variants) assert.deepEqual(variant, authored, basename(path));
  }
});

test('and other queries of a rule that finds something else', () => {
  const text = (condition: string) =>
    `title: t\nlogsource: { category: webserver }\n` +
    `detection:\n  a: { x: 1 }\n  b: { y: [2, 3] }\n` +
    `  condition: ${condition}\n`;
  const [one, turned, other, less] = queriesOf(['a and b', 'b and a', 'a or b', 'a'].map(text));
  assert.deepEqual(turned, one);
  assert.notDeepEqual(other, one);
  assert.notDeepEqual(less, one);
});

/** Per rule the queries of each back end. */
function queriesOf(rules: readonly string[]): string[][][] {
  const run = spawnSync('python3', [QUERIES], {
    input: JSON.stringify(rules),
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as string[][][];
}
