import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { newId } from '../../src/crypto/random.ts';
import type { ArtifactId } from '../../src/domain/ids.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { parseSidecar } from '../../src/marking/sidecar.ts';
import { copiesOf } from '../support/copies.ts';
import { formsOf } from '../support/python.ts';

const MODULES = globSync('/usr/lib/python3*/*.py');

test('CPython finds one meaning in marked copies of its own standard library', () => {
  let marked = 0;
  for (const path of MODULES) {
    const text = readFileSync(path, 'utf8');
    const sidecar = parseSidecar('test: [python3, poc.py]');
    const input = { artifact: newId<ArtifactId>(), version: 1, format: 'script' } as const;
    const { table } = freezeSlots({ ...input, text, sidecar, earlier: [] });
    if (table.slots.length === 0) continue;
    const [form, ...others] = formsOf([text, ...copiesOf(text, table)]);
    for (const other of others) assert.equal(other, form, basename(path));
    marked += 1;
  }
  assert.ok(marked > 30, `${marked} of ${MODULES.length} modules`);
});
