import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { equalBytes, hmacLp, hmacSha256, lp, sha256, sha256Hex } from './hash.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** RFC 4231 §4: HMAC-SHA-256 test cases 1, 2, 3, 4, 6 and 7. */
const RFC_4231: readonly [key: Buffer, data: Buffer, mac: string][] = [
  [
    Buffer.alloc(20, 0x0b),
    Buffer.from('Hi There'),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    Buffer.from('Jefe'),
    Buffer.from('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    Buffer.alloc(20, 0xaa),
    Buffer.alloc(50, 0xdd),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  ],
  [
    hex('0102030405060708090a0b0c0d0e0f10111213141516171819'),
    Buffer.alloc(50, 0xcd),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    Buffer.alloc(131, 0xaa),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    Buffer.alloc(131, 0xaa),
    Buffer.from(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

test('SHA-256 gives the known answers of FIPS 180-4', () => {
  assert.equal(sha256Hex(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(
    sha256Hex(Buffer.from('abc')),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('SHA-256 of parts is that of their concatenation, whatever the sizes', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 });
  fc.assert(
    fc.property(parts, (given) => {
      const expected = createHash('sha256').update(Buffer.concat(given)).digest();
      assert.deepEqual(sha256(...given), expected);
      assert.equal(sha256Hex(...given), expected.toString('hex'));
    }),
  );
});

test('SHA-256 of many long parts is that of their concatenation', () => {
  const parts = Array.from({ length: 3 }, (_, i) => Buffer.alloc(5000, i));
  assert.equal(
    sha256Hex(...parts),
    createHash('sha256').update(Buffer.concat(parts)).digest('hex'),
  );
});

test('HMAC gives the known answers of RFC 4231', () => {
  for (const [key, data, mac] of RFC_4231) {
    assert.equal(hmacSha256(key, data).toString('hex'), mac);
    assert.equal(hmacSha256(key, data.subarray(0, 5), data.subarray(5)).toString('hex'), mac);
  }
});

test("HMAC equals OpenSSL's on both sides of the one-shot limit", () => {
  const key = fc.uint8Array({ maxLength: 150 });
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 4090, max: 4102 }).map((length) => new Uint8Array(length).fill(length)),
  );
  fc.assert(
    fc.property(key, message, (k, m) => {
      assert.deepEqual(hmacSha256(k, m), createHmac('sha256', k).update(m).digest());
    }),
  );
});

test('a digest handed out does not change when the next one is computed', () => {
  const first = hmacSha256(Buffer.from('key'), Buffer.from('first'));
  const kept = Buffer.from(first);
  hmacSha256(Buffer.from('key'), Buffer.from('second'));
  assert.deepEqual(first, kept);
});

test('lp puts the length in bytes before each field', () => {
  assert.equal(lp('a', '', 'é€').toString('hex'), '000000016100000000' + '00000005c3a9e282ac');
  assert.equal(lp().length, 0);
});

test('lp keeps lists apart that join to the same text', () => {
  const fields = fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 4 });
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      const same = a.length === b.length && a.every((field, i) => field === b[i]);
      assert.equal(lp(...a).equals(lp(...b)), same);
    }),
  );
});

test('hmacLp is the HMAC of lp: short, long, many and non-ASCII fields', () => {
  const key = Buffer.alloc(32, 7);
  const field = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('x'.repeat(127), 'x'.repeat(128), 'x'.repeat(5000)),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 50 }), (fields) => {
      assert.deepEqual(hmacLp(key, ...fields), hmacSha256(key, lp(...fields)));
    }),
  );
  const many = Array.from({ length: 40 }, () => 'y'.repeat(127));
  assert.deepEqual(hmacLp(key, ...many), hmacSha256(key, lp(...many)));
});

test('a lone surrogate has no UTF-8 and is refused by name', () => {
  assert.throws(() => lp('fine', '\ud800'), { code: 'INVALID_INPUT', field: 'fields[1]' });
  assert.throws(() => hmacLp(Buffer.alloc(32), '\udc00'), { code: 'INVALID_INPUT' });
});

test('equalBytes compares content and length', () => {
  assert.equal(equalBytes(hex('0102'), hex('0102')), true);
  assert.equal(equalBytes(hex('0102'), hex('0103')), false);
  assert.equal(equalBytes(hex('0102'), hex('010200')), false);
});
