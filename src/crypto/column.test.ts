import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decryptColumn, encryptColumn } from './column.ts';

const KEY = Buffer.alloc(32, 1);

test('a value comes back under its key and row, and only there', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ maxLength: 200 }), (row, value) => {
      const stored = encryptColumn(KEY, row, value);
      assert.equal(stored.length, value.length + 29);
      assert.deepEqual(Uint8Array.from(decryptColumn(KEY, row, stored)), value);
      const wrong = { code: 'KEY_WRONG' };
      assert.throws(() => decryptColumn(Buffer.alloc(32, 2), row, stored), wrong);
      assert.throws(() => decryptColumn(KEY, `${row}.`, stored), wrong);
    }),
  );
});

test('the same value is never stored as the same bytes', () => {
  const value = Buffer.from('content');
  assert.notDeepEqual(encryptColumn(KEY, 'row', value), encryptColumn(KEY, 'row', value));
});

test('every altered bit is noticed', () => {
  const stored = encryptColumn(KEY, 'row', Buffer.from('content'));
  for (let bit = 8; bit < stored.length * 8; bit++) {
    const altered = Buffer.from(stored);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => decryptColumn(KEY, 'row', altered), { code: 'KEY_WRONG' });
  }
});

test('what is no encrypted column is told apart from a wrong key', () => {
  const stored = encryptColumn(KEY, 'row', Buffer.alloc(0));
  for (const bytes of [Buffer.alloc(0), stored.subarray(0, 28), Buffer.alloc(40, 2)]) {
    assert.throws(() => decryptColumn(KEY, 'row', bytes), { code: 'SEAL_MALFORMED' });
  }
});

test('a key of another length is refused before anything is written', () => {
  const short = { code: 'KEY_INVALID', message: /32.*16/ };
  assert.throws(() => encryptColumn(Buffer.alloc(16), 'row', Buffer.alloc(1)), short);
  assert.throws(() => decryptColumn(Buffer.alloc(16), 'row', Buffer.alloc(60)), short);
});
