import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signer } from '../crypto/sign.ts';
import { promiseBytes, requireKept, verifyPromise } from './promise.ts';

const log = signer(Buffer.alloc(32, 5));
const leaf = 'cd'.repeat(32);
const terms = { leaf, by: 1_750_726_800_000 };
const promise = { ...terms, signature: log.sign(promiseBytes(terms)).toString('base64') };

test('what is signed is the leaf and the latest time, under a label', () => {
  assert.equal(promiseBytes(terms).toString(), `tocsin/promise/v1\n${leaf}\n1750726800000\n`);
});

test('the log key’s promise verifies; a changed one, or another key’s, does not', () => {
  verifyPromise(log.publicKey, promise);
  const refused = { code: 'SIGNATURE_INVALID', field: 'promise.signature' };
  const other = signer(Buffer.alloc(32, 6)).publicKey;
  assert.throws(() => verifyPromise(other, promise), refused);
  for (const changed of [
    { by: promise.by + 1 },
    { leaf: 'ce'.repeat(32) },
    { signature: '' },
    { signature: promise.signature.slice(0, -4) },
    { signature: `${promise.signature}\n` },
  ]) {
    assert.throws(() => verifyPromise(log.publicKey, { ...promise, ...changed }), refused);
  }
});

test('terms that are none are refused before anything is verified', () => {
  const refused = { code: 'INVALID_INPUT' };
  for (const leafText of ['CD'.repeat(32), 'cd', '']) {
    assert.throws(() => promiseBytes({ ...terms, leaf: leafText }), refused);
  }
  assert.throws(() => promiseBytes({ ...terms, by: 0.5 }), refused);
});

test('a promise is kept up to its last millisecond, and by its own event only', () => {
  requireKept(promise, { leaf, at: promise.by });
  assert.throws(() => requireKept(promise, { leaf, at: promise.by + 1 }), {
    code: 'PROMISE_BROKEN',
    message: /expected a tick by 1750726800000, found one of 1750726800001/,
  });
  assert.throws(() => requireKept(promise, { leaf: 'ce'.repeat(32), at: promise.by }), {
    code: 'PROOF_INVALID',
  });
});
