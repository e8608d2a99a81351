import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lru } from './lru.ts';

test('it forgets what was used longest ago, and nothing else', () => {
  const made: string[] = [];
  const cache = new Lru<string, string>(2);
  const get = (key: string): string =>
    cache.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(get), ['A', 'B', 'A', 'C', 'A', 'B']);
  // `c` pushed out `b`, which `a` had outlived by being used; `b` came back for `c`.
  assert.deepEqual(made, ['a', 'b', 'c', 'b']);
});

test('what could not be made is not kept', () => {
  const cache = new Lru<string, number>(1);
  assert.throws(() =>
    cache.get('key', () => {
      throw new Error('bad');
    }),
  );
  assert.equal(
    cache.get('key', () => 1),
    1,
  );
});
