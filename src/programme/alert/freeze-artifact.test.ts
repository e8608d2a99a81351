import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ArtifactId } from '../../domain/ids.ts';
import { openSandbox } from '../../main/sandbox/sandbox.ts';
import { runChild } from '../../store/cluster/child.ts';
import type { Sandbox } from '../sandbox.ts';
import { freezeArtifact } from './freeze-artifact.ts';

const SCRIPTS = join(import.meta.dirname, '../../../testdata/scripts');

const sandbox = await openSandbox();
const { code } = await runChild('/usr/bin/python3', ['--version']);
const skip = !sandbox.works
  ? `no sandbox works here: ${sandbox.reason}`
  : code !== 0 && 'no Python in /usr/bin';

function freeze(
  text: string,
  sidecar: string,
  where: Sandbox = sandbox,
  marking: 'canary' | 'full' = 'full',
) {
  const input = {
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'script',
    marking,
    content: Buffer.from(text),
    sidecar,
    earlier: [],
  } as const;
  return freezeArtifact('poc.py', input, async () => where);
}

function file(name: string): string {
  return readFileSync(join(SCRIPTS, name), 'utf8');
}

test('a real script keeps what its test does not notice, run for run', { skip }, async () => {
  const { table, dropped } = await freeze(
    file('frames.py'),
    file('frames.py.alternates.yaml').replace('frames.py', 'poc.py'),
  );
  assert.ok(table.slots.length >= 15, JSON.stringify(dropped));
  assert.deepEqual(dropped, []);
});

test('what changes a script’s behaviour after all is dropped, by its test', { skip }, async () => {
  // It reads itself by a way that its text does not show.
  const text = `import sys
import os

ONE = 1
TWO = 2
print(open(sys.argv[0]).read().index("TWO") if ONE == 1 else 0)
`;
  const { table, dropped } = await freeze(text, 'test: [python3, poc.py]');
  const reasons = dropped.map(({ family, reason }) => `${family}: ${reason}`);
  assert.ok(reasons.includes('python.assignment-order: other output'), JSON.stringify(dropped));
  assert.ok(table.slots.length > 0, 'the others are kept');
});

test('a test that fails, or is no test, keeps nothing', { skip }, async () => {
  const text = 'import os\nimport sys\nprint(len(sys.argv))\n';
  for (const [test_, reason] of [
    ['[python3, poc.py]', null],
    ['[python3, other.py]', /expected status 0, found 2/],
    ['[no-such-program, poc.py]', /found 127/],
    ['["true", poc.py]', /does not look at the script/],
    ['[python3, -c, "import os; print(os.urandom(8))"]', /run twice: other output/],
  ] as const) {
    const { table, dropped } = await freeze(text, `test: ${test_}`);
    assert.equal(table.slots.length, reason === null ? 1 : 0, test_);
    if (reason !== null) assert.match(dropped[0]?.reason ?? '', reason);
  }
});

test('where no sandbox works nothing runs, nothing is marked, and the author is told', async () => {
  const none: Sandbox = { works: false, reason: 'unshare: Operation not permitted' };
  const id = '3f2b8c1e-0000-4000-8000-000000000002';
  const canary = `canaries: [{ text: "${id}", form: guid }]`;
  const text = `import os\nimport sys\nprint("${id}", sys.argv)\n`;
  const { table, dropped } = await freeze(text, `${canary}\ntest: [python3, poc.py]`, none);
  assert.deepEqual(
    table.slots.map(({ kind }) => kind),
    ['canary'],
  );
  assert.match(dropped[0]?.reason ?? '', /no sandbox works here: unshare/);
});

test('a script without a test, or marked by canaries alone, is not run', async () => {
  const refusing: Sandbox = { works: true, run: () => assert.fail('ran') };
  const text = 'import os\nimport sys\n';
  const untested = await freeze(text, 'canaries: []', refusing);
  assert.deepEqual(untested.table.slots, []);
  assert.match(untested.dropped[0]?.reason ?? '', /expected a test command/);
  const canaries = await freeze(text, 'test: [python3, poc.py]', refusing, 'canary');
  assert.deepEqual(canaries.table.slots, []);
});
