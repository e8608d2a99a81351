import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeApi } from './openapi.ts';

const COMMITTED = join(import.meta.dirname, '../../openapi.json');

test('openapi.json is what the routes say (else: npm run generate)', async () => {
  const committed: unknown = JSON.parse(await readFile(COMMITTED, 'utf8'));
  assert.deepEqual(committed, JSON.parse(await describeApi()));
});
