import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../crypto/hash.ts';
import { tickEntry, tickLeafHash } from './tick-leaf.ts';

const root = Buffer.alloc(32, 0xab);

test('the entry of a tick is canonical JSON of its number, time and root', () => {
  const entry = `{"at":1750726800000,"root":"${'ab'.repeat(32)}","tick":7,"v":1}`;
  const tick = { tick: 7, at: 1_750_726_800_000, root };
  assert.equal(tickEntry(tick).toString(), entry);
  assert.deepEqual(tickLeafHash(tick), sha256(Buffer.of(0), Buffer.from(entry)));
});

test('what is no tick has no entry', () => {
  const refused = { code: 'INVALID_INPUT' };
  assert.throws(() => tickEntry({ tick: -1, at: 0, root }), { ...refused, field: 'tick.tick' });
  assert.throws(() => tickEntry({ tick: 0, at: 0.5, root }), { ...refused, field: 'tick.at' });
  const short = root.subarray(1);
  assert.throws(() => tickEntry({ tick: 0, at: 0, root: short }), {
    ...refused,
    field: 'tick.root',
  });
});
