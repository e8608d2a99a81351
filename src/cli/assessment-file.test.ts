import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAssessmentFile } from './assessment-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const example = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].at(-1)?.[1] ?? '';

test('the example of docs/cli.md is read as it is meant', () => {
  assert.deepEqual(parseAssessmentFile(example), {
    ...{ severity: 'high', vector: 'network', impacts: ['code_execution'], score: 8.8 },
    ...{ products: ['kernel'], discovery: 'human' },
  });
});

test('what is left out is not known, never guessed', () => {
  assert.deepEqual(parseAssessmentFile('impacts: []\n'), {
    ...{ severity: 'unknown', vector: 'unknown', impacts: [], score: null },
    ...{ products: [], discovery: 'unknown' },
  });
});

test('whatever is unknown or of another kind is named', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    ['severity: high', 'severity: High', 'severity'],
    ['vector: network', 'vector: net', 'vector'],
    ['[code_execution]', '[rce]', 'impacts[0]'],
    ['score: 8.8', 'score: high', 'score'],
    ['[kernel]', 'kernel', 'products'],
    ['discovery: human', 'discovery: luck', 'discovery'],
    ['discovery', 'discovered', 'assessment.discovered'],
  ];
  for (const [right, slip, field] of wrong) {
    assert.throws(() => parseAssessmentFile(example.replace(right, slip)), { field }, slip);
  }
});
