import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTests, groupTests } from './test-groups.mjs';

test('check runs what needs no database, in shared processes', () => {
  const groups = groupTests([
    'src/ledger/proof.test.ts',
    'src/store/migrate.test.ts',
    'tests/architecture/doors.test.ts',
    'tests/conformance/docs.test.ts',
    'tests/conformance/mapp-table.test.ts',
    'tests/journeys/crash.test.ts',
  ]);
  const inCheck = groups.filter((group) => group.check).flatMap((group) => group.files);
  assert.deepEqual(inCheck, [
    'tests/architecture/doors.test.ts',
    'tests/conformance/docs.test.ts',
    'src/ledger/proof.test.ts',
  ]);
  assert.ok(groups.every((group) => group.shared === group.check));
});

test('no test file is forgotten and none runs twice', () => {
  const files = ['src/a.test.ts', 'src/http/app.test.ts', 'tests/e2e/x.test.ts', 'tests/y.test.ts'];
  const run = groupTests(files).flatMap((group) => group.files);
  assert.deepEqual(run.sort(), files);
});

test('tests are found at any depth, and only tests', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tocsin-find-'));
  try {
    await mkdir(join(root, 'src/a/b'), { recursive: true });
    for (const name of ['src/a/b/x.test.ts', 'src/a/x.ts', 'src/y.test.mjs', 'src/test.ts']) {
      await writeFile(join(root, name), '');
    }
    assert.deepEqual(await findTests(root, ['src']), ['src/a/b/x.test.ts', 'src/y.test.mjs']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
