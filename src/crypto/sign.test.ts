import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generateSigningKey, publicKeyFromSeed, signer, verify } from './sign.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** RFC 8032 §7.1, tests 1 to 3. */
const RFC_8032 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555' +
      'fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

test('keys and signatures are those of RFC 8032 §7.1', () => {
  for (const { seed, publicKey, message, signature } of RFC_8032) {
    const key = signer(hex(seed));
    assert.equal(key.publicKey.toString('hex'), publicKey);
    assert.equal(publicKeyFromSeed(hex(seed)).toString('hex'), publicKey);
    assert.equal(key.sign(hex(message)).toString('hex'), signature);
    assert.equal(verify(hex(publicKey), hex(message), hex(signature)), true);
  }
});

test('a signature fits its message and key, and nothing else', () => {
  const { secret, publicKey } = generateSigningKey();
  const other = generateSigningKey().publicKey;
  const key = signer(secret);
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(511), (message, bit) => {
      const signature = key.sign(message);
      assert.equal(verify(publicKey, message, signature), true);
      assert.equal(verify(other, message, signature), false);
      assert.equal(verify(publicKey, Buffer.concat([message, hex('00')]), signature), false);
      signature.writeUInt8(signature.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.equal(verify(publicKey, message, signature), false);
    }),
    { numRuns: 50 },
  );
});

test('an S beyond the group order is refused: it would be a second signature', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const [, vector] = RFC_8032;
  assert.ok(vector !== undefined);
  const signature = hex(vector.signature);
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
  const forged = hex(s.toString(16).padStart(64, '0')).reverse();
  const malleated = Buffer.concat([signature.subarray(0, 32), forged]);
  assert.equal(verify(hex(vector.publicKey), hex(vector.message), malleated), false);
});

test('a key of small order verifies nothing, in any of its encodings', () => {
  // With the neutral element as key and R, and S = 0, plain Ed25519 accepts every message.
  const neutral = hex(`01${'00'.repeat(31)}`);
  const everything = Buffer.concat([neutral, Buffer.alloc(32)]);
  const signed = hex(`01${'00'.repeat(30)}80`);
  const unreduced = hex(`ee${'ff'.repeat(30)}7f`);
  for (const key of [neutral, signed, unreduced]) {
    assert.equal(verify(key, Buffer.from('any message'), everything), false);
  }
});

test('another length is named: of a seed and a key an error, of a signature a no', () => {
  const { publicKey } = generateSigningKey();
  assert.throws(() => signer(Buffer.alloc(31)), { code: 'KEY_INVALID', message: /32.*31/ });
  assert.throws(() => publicKeyFromSeed(Buffer.alloc(64)), { code: 'KEY_INVALID' });
  assert.throws(() => verify(Buffer.alloc(33), Buffer.alloc(0), Buffer.alloc(64)), {
    code: 'KEY_INVALID',
  });
  assert.equal(verify(publicKey, Buffer.alloc(0), Buffer.alloc(63)), false);
});

test('32 bytes that are no point of the curve verify nothing', () => {
  assert.equal(verify(hex(`02${'00'.repeat(31)}`), Buffer.alloc(0), Buffer.alloc(64)), false);
});
