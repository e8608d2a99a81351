import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from './alert/read-document.ts';
import { checkPolicy } from './policy/check-policy.ts';
import { inThread } from './thread.ts';

const BROKEN = { 'programme.yaml': 'pack: x\n' };

test("a thread's answer and its error arrive as if the work had been done here", async () => {
  const { ok, findings } = await checkPolicy(BROKEN);
  assert.equal(ok, false);
  assert.equal(findings[0]?.code, 'POLICY_INVALID');
  const torn = Buffer.from('{"document":');
  await assert.rejects(readDocument(torn), { name: 'TocsinError', code: 'INVALID_INPUT' });
});

test('what is too much to wait for is refused, and those in line get their answers', async () => {
  const all = await Promise.allSettled(Array.from({ length: 7 }, () => checkPolicy(BROKEN)));
  const refused = all.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 2);
  for (const { reason } of refused as PromiseRejectedResult[]) {
    assert.equal((reason as { code: string }).code, 'LIMIT_EXCEEDED');
  }
  assert.equal((await checkPolicy(BROKEN)).ok, false);
});

test('work without an end is ended, by name, and no other kind of work waits for it', async () => {
  const endless = new URL('../../tests/support/endless-thread.ts', import.meta.url);
  const refused = { code: 'LIMIT_EXCEEDED', message: 'sample: expected to be done within 0.2 s' };
  const late = [1, 2].map(() => assert.rejects(inThread(endless, 'sample', null, 200), refused));
  assert.equal((await checkPolicy(BROKEN)).ok, false);
  await Promise.all(late);
});
