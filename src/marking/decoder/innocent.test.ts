import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { CONTROL, runInnocents } from '../../../tests/support/innocents.ts';

/** A slice of `bench innocent`, which makes ten million tests; a million with the full counts. */
test('nobody is named who took no part, in mixed attacks by one to four others', () => {
  const trials = Math.ceil(counts.innocent / 990);
  const { tests, named, atControl, found } = runInnocents(0, trials);
  assert.ok(tests >= counts.innocent, `${tests} tests`);
  assert.equal(named, 0);
  assert.ok(atControl > 0 && atControl <= CONTROL * tests, `${atControl} of ${tests} at .001`);
  assert.ok(found >= trials / 4, `colluders named in ${found} of ${trials} trials`);
});
