import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsInWord, tokensOf } from './tokens.ts';

test('a pile of marks is cut at 30, however it is made, and words around it stay', () => {
  // U+FF9E is a letter that NFKC makes a mark of.
  for (const pair of ['\u0301\u0327', '\uff9e\u0301', '\u{1d165}\u0323']) {
    const [first = '', last, ...more] = tokensOf(`before a${pair.repeat(500)} after`).slice(1);
    assert.ok(first.normalize('NFD').length <= 1 + 2 * 30, `${first.length}`);
    assert.deepEqual([last, more], ['after', []]);
  }
});

test('marks that are written are kept: up to 30 on a letter', () => {
  const word = `a${'\u0323'.repeat(29)}\u0307`;
  assert.deepEqual(tokensOf(`x ${word} y`), ['x', word.normalize('NFKC'), 'y']);
  assert.deepEqual(tokensOf('Vie\u0323\u0302t Nam, Việt Nam'), ['việt', 'nam', 'việt', 'nam']);
});

test('megabytes of apostrophes or of marks end, and what follows is read', () => {
  // The first exhausted the stack of the regular expression, the second took hours.
  for (const unit of ["a'", '\u0301\u0327']) {
    assert.equal(tokensOf(`start ${unit.repeat(2 ** 21)} end`).at(-1), 'end');
  }
});

test('more words than a sample can have are refused before memory ends', () => {
  assert.throws(() => tokensOf('a '.repeat(2 ** 23 + 1)), { code: 'LIMIT_EXCEEDED' });
});

test('the last character of a text decides, whole, whether it ends in a word', () => {
  assert.deepEqual(['a.', '.a', '\u{20000}', '', '. '].map(endsInWord), [
    false,
    true,
    true,
    false,
    false,
  ]);
});
