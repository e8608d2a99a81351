import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant, instant, parseInstant, plus } from './instant.ts';

test('parse is the inverse of format', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 0, 1) }), (ms) => {
      assert.equal(parseInstant(formatInstant(instant(ms))), ms);
    }),
  );
});

test('a zone is required and honoured', () => {
  assert.equal(parseInstant('2025-07-08T19:00:00+02:00'), Date.UTC(2025, 6, 8, 17));
  for (const text of ['2025-07-08', '2025-07-08T17:00:00', 'tomorrow', 17, null]) {
    assert.throws(() => parseInstant(text, 'at'), { code: 'INVALID_INPUT', field: 'at' });
  }
});

test('a date that does not exist is refused, not moved', () => {
  for (const text of ['2025-02-30T00:00:00Z', '2025-13-01T00:00:00Z', '2025-06-31T00:00:00Z']) {
    assert.throws(() => parseInstant(text), { code: 'INVALID_INPUT' });
  }
  assert.equal(formatInstant(parseInstant('2024-02-29T00:00:00Z')), '2024-02-29T00:00:00Z');
});

test('an instant outside 1970 to 9999, or not whole, is refused', () => {
  for (const ms of [-1, 0.5, Number.NaN, Date.UTC(10_000, 0, 1)]) {
    assert.throws(() => instant(ms), { code: 'INVALID_INPUT' });
  }
  assert.throws(() => plus(instant(5), -6), { code: 'INVALID_INPUT' });
});
