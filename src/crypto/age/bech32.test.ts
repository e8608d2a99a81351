import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bech32Decode, bech32Encode } from './bech32.ts';

test('the valid strings of BIP 173 that hold whole bytes decode and encode again', () => {
  const valid = [
    'A12UEL5L',
    'a12uel5l',
    'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    '?1ezyfcl',
    'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
    '11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j',
  ];
  for (const text of valid) {
    const { hrp, bytes } = bech32Decode(text, 'text');
    const again = bech32Encode(hrp, bytes);
    // The last one's 82 zeros hold 51 bytes and two bits; the encoder writes none to spare.
    if (!text.startsWith('11')) assert.equal(again, text.toLowerCase());
  }
});

test('the invalid strings of BIP 173 are refused, but for those that are only too long', () => {
  const invalid = [
    '\x201nwldj5',
    '\x7f1axkwrx',
    '\x801eym55h',
    'pzry9x0s0muk',
    '1pzry9x0s0muk',
    'x1b4n0q5v',
    'li1dgmt3',
    'de1lg7wt\xff',
    'A1G7SGD8',
    '10a06t8',
    '1qzzfhee',
    'A12uEL5L',
  ];
  for (const text of invalid) {
    assert.throws(() => bech32Decode(text, 'text'), { code: 'KEY_INVALID' }, text);
  }
});

test('bytes of any length come back, in either case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = bech32Encode('age-secret-key-', bytes);
      for (const form of [text, text.toUpperCase()]) {
        const decoded = bech32Decode(form, 'text');
        assert.equal(decoded.hrp, 'age-secret-key-');
        assert.deepEqual(Uint8Array.from(decoded.bytes), bytes);
      }
    }),
  );
});

test('one mistyped character is always noticed, and is not repeated in the message', () => {
  const text = bech32Encode('age', Buffer.alloc(32, 5));
  for (let at = 4; at < text.length; at++) {
    const typo = text.slice(0, at) + (text[at] === 'q' ? 'p' : 'q') + text.slice(at + 1);
    assert.throws(
      () => bech32Decode(typo, 'age recipient'),
      (error: Error) => !error.message.includes(typo.slice(4, 12)),
    );
  }
});

test('bits after the last whole byte must be fewer than five and zero', () => {
  assert.equal(bech32Decode('age1qqpexly5', 'text').bytes.length, 1);
  for (const text of ['age1qdd35qf', 'age1qpu0j2ex']) {
    assert.throws(() => bech32Decode(text, 'text'), { code: 'KEY_INVALID', message: /bits/ });
  }
});
