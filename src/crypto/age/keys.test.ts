import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { identityToRecipient } from 'age-encryption';
import { bech32Encode } from './bech32.ts';
import {
  fingerprint,
  generateIdentity,
  parseIdentity,
  parseRecipient,
  recipientOf,
} from './keys.ts';
import { importRecipient } from './kinds.ts';

/** The pair in the age specification, "The X25519 recipient type". */
const IDENTITY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';
const RECIPIENT = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj';
/** The hybrid identity in the age specification. */
const HYBRID = 'AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR';

test('the identity and recipient of the age specification belong together', () => {
  assert.deepEqual(parseIdentity(IDENTITY), { kind: 'X25519', bytes: Buffer.alloc(32, 0x42) });
  assert.equal(recipientOf(IDENTITY), RECIPIENT);
  assert.equal(recipientOf(IDENTITY.toLowerCase()), RECIPIENT);
  assert.equal(bech32Encode('age', parseRecipient(RECIPIENT).bytes), RECIPIENT);
});

test('a generated pair reads back and belongs together', () => {
  const { identity, recipient } = generateIdentity();
  assert.match(identity, /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
  assert.match(recipient, /^age1[02-9ac-hj-np-z]{58}$/);
  assert.equal(recipientOf(identity), recipient);
  assert.notEqual(generateIdentity().identity, identity);
});

test("the fingerprint is the SHA-256 of the recipient's text", () => {
  assert.equal(fingerprint(RECIPIENT), createHash('sha256').update(RECIPIENT).digest('hex'));
  assert.equal(fingerprint(RECIPIENT.toUpperCase()), fingerprint(RECIPIENT));
});

test('a hybrid pair reads back, and age-encryption makes the same recipient of it', async () => {
  const made = generateIdentity('mlkem768x25519');
  assert.match(made.identity, /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/);
  for (const identity of [HYBRID, made.identity]) {
    assert.equal(recipientOf(identity), await identityToRecipient(identity));
    assert.equal(parseRecipient(recipientOf(identity)).bytes.length, 1216);
  }
});

test('a hybrid recipient that nobody can open for, or of another length, is refused', () => {
  const good = parseRecipient(recipientOf(HYBRID)).bytes;
  const outOfRange = Buffer.concat([Buffer.alloc(3, 0xff), good.subarray(3)]);
  const smallOrder = Buffer.concat([good.subarray(0, 1184), Buffer.alloc(32)]);
  for (const bytes of [outOfRange, smallOrder, good.subarray(1)]) {
    const recipient = bech32Encode('age1pq', bytes);
    assert.throws(() => importRecipient(recipient), { code: 'KEY_INVALID' });
  }
});

test('a key of another kind or length is refused, and never shown', () => {
  const refusal = (error: Error & { code?: string }): boolean =>
    error.code === 'KEY_INVALID' && !error.message.includes(IDENTITY.slice(20, 30));
  assert.throws(() => parseRecipient(IDENTITY), refusal);
  assert.throws(() => parseIdentity(RECIPIENT), refusal);
  assert.throws(() => parseIdentity(`${IDENTITY.slice(0, -1)}Q`), refusal);
  assert.throws(() => parseIdentity(''), refusal);
  assert.throws(() => parseRecipient(bech32Encode('age', Buffer.alloc(31, 9))), refusal);
});

test('recipients of small order are refused, unreduced and with the ignored bit set too', () => {
  const points = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    `${'00'.repeat(31)}80`,
    `ed${'ff'.repeat(31)}`,
  ];
  for (const point of points) {
    const recipient = bech32Encode('age', Buffer.from(point, 'hex'));
    assert.throws(() => parseRecipient(recipient), { code: 'KEY_INVALID', message: /small order/ });
  }
});
