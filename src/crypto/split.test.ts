import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinKey, nameOfHalf, splitKey } from './split.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('both halves give the key back, in either order', () => {
  fc.assert(
    fc.property(key, (secret) => {
      const [first, second] = splitKey(secret);
      assert.deepEqual(joinKey(first, second), Buffer.from(secret));
      assert.deepEqual(joinKey(second, first), Buffer.from(secret));
    }),
  );
});

test('a half says nothing of the key: it is drawn anew, also of the key of zeros', () => {
  const zeros = new Uint8Array(32);
  const halves = Array.from({ length: 50 }, () => splitKey(zeros)).flat();
  // Of zeros both halves are the same, and no two drawings are.
  assert.equal(new Set(halves.map((half) => half.toString('hex'))).size, 50);
});

test('halves of different lengths are refused', () => {
  assert.throws(() => joinKey(new Uint8Array(32), new Uint8Array(31)), { code: 'KEY_INVALID' });
});

test('a half of one alert is not taken for a half of another', () => {
  const half = Buffer.alloc(32, 7);
  assert.match(nameOfHalf('a', half), /^[0-9a-f]{64}$/);
  assert.notEqual(nameOfHalf('a', half), nameOfHalf('b', half));
  assert.notEqual(nameOfHalf('a', half), nameOfHalf('a', Buffer.alloc(32, 8)));
});
