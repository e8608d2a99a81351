import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const REPORTER = join(import.meta.dirname, 'test-reporter.mjs');

const SAMPLE = `
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
test('passes', () => undefined);
test('fails', () => assert.equal(1, 2));
test('is skipped', { skip: 'no age here' }, () => undefined);
suite('a suite', () => {
  test('passes inside', () => undefined);
});
`;

for (const isolation of ['none', 'process']) {
  test(`counts and failures are told, isolation ${isolation}`, async () => {
    const work = await mkdtemp(join(tmpdir(), 'tocsin-reporter-'));
    try {
      await writeFile(join(work, 'sample.test.mjs'), SAMPLE);
      await writeFile(join(work, 'broken.test.mjs'), 'throw new Error("cannot load");');
      const { counts, output, status } = await run(work, isolation);
      assert.equal(status, 1);
      assert.deepEqual(counts, { tests: 5, pass: 2, fail: 2, skipped: 1 });
      assert.match(output, /✖ fails \(sample\.test\.mjs:5\)/);
      assert.match(output, /1 !== 2/);
      assert.match(output, /﹣ is skipped # no age here/);
      assert.match(output, /cannot load/);
      assert.match(output, /✖ sample\.test\.mjs \(2 passed, 1 failed, 1 skipped, 0\.\d s\)/);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function run(work, isolation) {
  const counts = join(work, 'counts.json');
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--test',
      `--experimental-test-isolation=${isolation}`,
      `--test-reporter=${REPORTER}`,
      '--test-reporter-destination=stdout',
      'sample.test.mjs',
      'broken.test.mjs',
    ],
    { cwd: work, env: { ...environment, TOCSIN_TEST_COUNTS: counts }, encoding: 'utf8' },
  );
  return { status, output: stdout + stderr, counts: JSON.parse(await readFile(counts, 'utf8')) };
}
