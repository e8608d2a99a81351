import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likenessOf, MATCH, MISS } from './likeness.ts';

/** How alike two words are, as the alignment sees it. */
function likeness(one: string, other: string): number {
  return likenessOf([one, other])(0, one === other ? 0 : 1);
}

test('a typing error is found in a word, and not looked for in a blob of hex', () => {
  const close = likeness('vulnerability', 'vulnerablity');
  assert.ok(close > MISS && close < MATCH);
  assert.equal(likeness('cafe', 'cafés'), MISS);
  const blob = 'ab01'.repeat(1024);
  assert.equal(likeness(blob, blob), MATCH);
  assert.equal(likeness(blob, blob.replace('b', 'c')), MISS);
});
