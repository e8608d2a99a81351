import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChild } from './child.ts';

test('a child gets an explicit environment and nothing of ours', async () => {
  process.env['TOCSIN_TEST_SECRET'] = 'a master key';
  try {
    const { stdout } = await runChild('/usr/bin/env', []);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    assert.deepEqual(names.sort(), ['LC_ALL', 'PATH', 'TZ']);
  } finally {
    delete process.env['TOCSIN_TEST_SECRET'];
  }
});

test('arguments reach the program as they are: there is no shell', async () => {
  const { stdout } = await runChild('/bin/echo', ['$(id) ; "x"']);
  assert.equal(stdout, '$(id) ; "x"\n');
});

test('status and output pass through; a missing program is a result, not a throw', async () => {
  const counted = await runChild('/bin/sh', ['-c', 'cat; echo oops >&2; exit 3'], { input: 'in' });
  assert.deepEqual(counted, { code: 3, stdout: 'in', stderr: 'oops\n' });
  const missing = await runChild('/nonexistent/program', []);
  assert.equal(missing.code, null);
  assert.match(missing.stderr, /ENOENT/);
});

test('a program that does not end is ended', async () => {
  const { code } = await runChild('/bin/sleep', ['60'], { timeoutMs: 50 });
  assert.equal(code, null);
});
