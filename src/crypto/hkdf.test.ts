import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { hkdf32 } from './hkdf.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('the first block is that of RFC 5869, appendices A.1 and A.3', () => {
  const ikm = Buffer.alloc(22, 0x0b);
  const a1 = hkdf32(ikm, hex('000102030405060708090a0b0c'), hex('f0f1f2f3f4f5f6f7f8f9'));
  assert.equal(
    a1.toString('hex'),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf',
  );
  assert.equal(
    hkdf32(ikm, null, Buffer.alloc(0)).toString('hex'),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
  );
});

test("it equals OpenSSL's", () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(bytes, bytes, bytes, (ikm, salt, info) => {
      assert.deepEqual(
        hkdf32(ikm, salt, info),
        Buffer.from(hkdfSync('sha256', ikm, salt, info, 32)),
      );
    }),
  );
});
