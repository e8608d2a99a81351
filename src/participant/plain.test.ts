import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plain } from './plain.ts';
import { utc } from './utc.ts';

test('no text from outside has a control character left, or is long', () => {
  const property = fc.property(fc.string({ unit: 'binary' }), (text) => {
    const shown = plain(text, 10);
    assert.ok(!/\p{C}/u.test(shown));
    assert.ok(shown.length <= 11);
  });
  fc.assert(property);
  assert.equal(plain('a\u001b[2J\u202e\r\nb'), 'a\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}b');
  assert.equal(plain('Ümlaut, 漢字'), 'Ümlaut, 漢字');
});

test('every time that a manifest can hold can be shown', () => {
  assert.equal(utc(Date.UTC(2025, 6, 8, 17)), '2025-07-08T17:00:00Z');
  assert.equal(utc(Number.MAX_SAFE_INTEGER), '9007199254740991 ms since 1970');
});
