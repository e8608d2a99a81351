import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId, randomBytes } from './random.ts';

test('an id is a lower-case UUIDv4 and never the one before', () => {
  const ids = Array.from({ length: 200 }, () => newId());
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assert.equal(new Set(ids).size, ids.length);
});

test('bytes come in the length asked for, and not twice', () => {
  assert.equal(randomBytes(33).length, 33);
  assert.notDeepEqual(randomBytes(16), randomBytes(16));
});
