import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseProfileFile } from './profile-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const example = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)][1]?.[1] ?? '';

test('the example of docs/cli.md is read as it is meant', () => {
  assert.deepEqual(parseProfileFile(example), {
    roles: ['distributor'],
    products: ['kernel'],
    criteria: { certified: '2027-01-01T00:00:00Z' },
    addenda: ['external_ai'],
    maxEmbargoMs: 14 * 86_400_000,
  });
});

test('what is left out has not been shown', () => {
  assert.deepEqual(parseProfileFile('roles: []\n'), {
    ...{ roles: [], products: [], criteria: {}, addenda: [], maxEmbargoMs: null },
  });
});

test('whatever is unknown or of another kind is named', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    ['[distributor]', '[distributer]', 'roles[0]'],
    ['[kernel]', 'kernel', 'products'],
    ['[kernel]', '[1]', 'products[0]'],
    ['certified: 2027-01-01T00:00:00Z', 'certified: 2027', 'criteria.certified'],
    ['[external_ai]', '[ai]', 'addenda[0]'],
    ['maxEmbargoHours: 336', 'maxEmbargoHours: -1', 'maxEmbargoHours'],
    ['maxEmbargoHours', 'embargo', 'profile.embargo'],
  ];
  for (const [right, slip, field] of wrong) {
    assert.throws(() => parseProfileFile(example.replace(right, slip)), { field }, slip);
  }
});
