import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, MINUTE_MS, plus } from '../domain/instant.ts';
import { failureLimit } from './failure-limit.ts';

const NOW = instant(1_750_000_000_000);
const fail = async () => {
  throw new Error('wrong');
};

test('an address that keeps failing waits a minute; others never', async () => {
  const { guard } = failureLimit();
  for (let i = 0; i < 100; i++) assert.equal(await guard('a', NOW, async () => i), i);
  for (let i = 0; i < 20; i++) await assert.rejects(guard('a', NOW, fail), /wrong/);
  const later = plus(NOW, MINUTE_MS - 1);
  await assert.rejects(
    guard('a', later, async () => 'right'),
    { code: 'RATE_LIMITED' },
  );
  assert.equal(await guard('b', later, async () => 'right'), 'right');
  assert.equal(await guard('a', plus(NOW, MINUTE_MS), async () => 'right'), 'right');
});
