import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TocsinError } from '../domain/errors.ts';
import { deriveKey, unwrapKey, wrapKey, wrappedKid } from './wrap.ts';

const MASTER = { kid: 'master-2025', key: Buffer.alloc(32, 1) };
const SECRET = Buffer.from('a data key of thirty-two bytes!!');

function refusal(attempt: () => unknown): TocsinError {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof TocsinError);
    return error;
  }
  return assert.fail('expected a refusal');
}

test('a key comes back under its master key and purpose', () => {
  const wrapped = wrapKey(MASTER, 'alert/1/data', SECRET);
  assert.deepEqual(unwrapKey(MASTER, 'alert/1/data', wrapped), SECRET);
  assert.equal(wrappedKid(wrapped), 'master-2025');
  assert.equal(wrapped[0], 1);
});

test('another master key is named by its kid, and no key material is', () => {
  const wrapped = wrapKey(MASTER, 'alert/1/data', SECRET);
  const other = { kid: 'master-2026', key: Buffer.alloc(32, 2) };
  const error = refusal(() => unwrapKey(other, 'alert/1/data', wrapped));
  assert.equal(error.code, 'KEY_WRONG');
  assert.match(error.message, /expected master key master-2026.*found.*master-2025/);
});

test('another key of the same kid, and another purpose, do not unwrap', () => {
  const wrapped = wrapKey(MASTER, 'alert/1/data', SECRET);
  const imposter = { kid: MASTER.kid, key: Buffer.alloc(32, 2) };
  for (const attempt of [
    () => unwrapKey(imposter, 'alert/1/data', wrapped),
    () => unwrapKey(MASTER, 'alert/1/mark', wrapped),
  ]) {
    const error = refusal(attempt);
    assert.equal(error.code, 'KEY_WRONG');
    assert.match(error.message, /under master key master-2025, found kid master-2025/);
    for (const key of [SECRET, MASTER.key, imposter.key]) {
      assert.ok(!error.message.includes(key.toString('hex')));
      assert.ok(!error.message.includes(key.toString('latin1')));
    }
  }
});

test('the kid is authenticated: renaming it does not move a key to another master key', () => {
  const wrapped = wrapKey(MASTER, 'aad', SECRET);
  wrapped.write('master-2026', 2);
  const renamed = { kid: 'master-2026', key: MASTER.key };
  assert.equal(refusal(() => unwrapKey(renamed, 'aad', wrapped)).code, 'KEY_WRONG');
});

test('every altered bit is noticed, and every cut', () => {
  const wrapped = wrapKey(MASTER, 'aad', SECRET);
  for (let bit = 0; bit < wrapped.length * 8; bit++) {
    const altered = Buffer.from(wrapped);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const { code } = refusal(() => unwrapKey(MASTER, 'aad', altered));
    assert.ok(code === 'KEY_WRONG' || code === 'SEAL_MALFORMED', `bit ${bit}: ${code}`);
  }
  for (let length = 0; length < wrapped.length; length++) {
    const { code } = refusal(() => unwrapKey(MASTER, 'aad', wrapped.subarray(0, length)));
    assert.ok(code === 'KEY_WRONG' || code === 'SEAL_MALFORMED', `length ${length}: ${code}`);
  }
});

test('a master key that cannot be one is refused', () => {
  const short = { kid: 'm', key: Buffer.alloc(31) };
  assert.equal(refusal(() => wrapKey(short, 'aad', SECRET)).code, 'KEY_INVALID');
  for (const kid of ['', 'a'.repeat(65), 'line\nbreak', 'naïve']) {
    const master = { kid, key: MASTER.key };
    assert.equal(refusal(() => wrapKey(master, 'aad', SECRET)).code, 'KEY_INVALID');
  }
});

test('purposes and masters have keys of their own', () => {
  const keys = [
    deriveKey(MASTER.key, 'tocsin/a'),
    deriveKey(MASTER.key, 'tocsin/b'),
    deriveKey(Buffer.alloc(32, 2), 'tocsin/a'),
  ].map((key) => key.toString('hex'));
  assert.equal(new Set(keys).size, 3);
  assert.equal(deriveKey(MASTER.key, 'tocsin/a').toString('hex'), keys[0]);
});
