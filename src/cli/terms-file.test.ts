import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTermsFile } from './terms-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const example = /```yaml\n(validDays[\s\S]*?)```/.exec(page)?.[1] ?? '';

test('the example of docs/cli.md is read as it is meant', () => {
  assert.deepEqual(parseTermsFile(example), {
    validDays: 365,
    clauses: {
      noOffensiveUse: true,
      usePermissions: ['read', 'build_protection', 'test'],
      sharingLimit: 'organisation',
      aiProcessing: 'none',
      individualCopies: true,
    },
  });
});

test('what is left out is not settled, and never taken for a yes', () => {
  assert.deepEqual(parseTermsFile('validDays: 1\nclauses: {}\n').clauses, {
    noOffensiveUse: false,
    usePermissions: null,
    sharingLimit: null,
    aiProcessing: null,
    individualCopies: false,
  });
});

test('whatever is unknown or of another kind is named', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    ['validDays: 365', 'validDays: 1.5', 'validDays'],
    ['validDays: 365', 'validDays: 4000', 'validDays'],
    ['noOffensiveUse: true', 'noOffensiveUse: perhaps', 'clauses.noOffensiveUse'],
    ['[read, build_protection, test]', '[attack]', 'clauses.usePermissions[0]'],
    ['sharingLimit: organisation', 'sharingLimit: all', 'clauses.sharingLimit'],
    ['aiProcessing: none', 'aiProcesing: none', 'clauses.aiProcesing'],
  ];
  for (const [from, to, field] of wrong) {
    assert.throws(() => parseTermsFile(example.replace(from, to)), { field }, to);
  }
});
