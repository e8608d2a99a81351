import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64 } from './base64.ts';
import { formatHeader, parseHeader, type Stanza } from './header.ts';
import { generateIdentity } from './keys.ts';
import { importIdentity, wrapFileKey } from './stanza-x25519.ts';
import { unlock } from './unlock.ts';

const FILE_KEY = Buffer.alloc(16, 8);
const { identity, recipient } = generateIdentity();
const OURS = importIdentity(identity);
const ZEROS = base64(Buffer.alloc(32));
const GREASE: Stanza = { args: ['grease', '!'], body: Buffer.alloc(100) };

function unlockHeader(...stanzas: Stanza[]): Buffer {
  return unlock(parseHeader(formatHeader(stanzas, FILE_KEY)), [OURS]);
}

test('stanzas of unknown types and of other readers are passed over', () => {
  const theirs = wrapFileKey(generateIdentity().recipient, FILE_KEY);
  const ours = wrapFileKey(recipient, FILE_KEY);
  assert.deepEqual(unlockHeader(GREASE, theirs, GREASE, ours, theirs), FILE_KEY);
  assert.throws(() => unlockHeader(GREASE, theirs), { code: 'SEAL_NO_MATCH', message: /among 2/ });
});

test('the type of a stanza is told by its exact name', () => {
  const stanza = wrapFileKey(recipient, FILE_KEY);
  const renamed = { args: ['x25519', ...stanza.args.slice(1)], body: stanza.body };
  assert.throws(() => unlockHeader(renamed), { code: 'SEAL_NO_MATCH' });
});

test('a malformed X25519 stanza fails the file, even after one that opens', () => {
  const good = wrapFileKey(recipient, FILE_KEY);
  const share = good.args[1] ?? '';
  const malformed: readonly Stanza[] = [
    { args: ['X25519'], body: good.body },
    { args: ['X25519', share, 'more'], body: good.body },
    { args: ['X25519', `${share}=`], body: good.body },
    { args: ['X25519', share.slice(1)], body: good.body },
    { args: ['X25519', base64(Buffer.alloc(33, 9))], body: good.body },
    { args: ['X25519', share], body: good.body.subarray(1) },
    { args: ['X25519', share], body: Buffer.alloc(33) },
    { args: ['X25519', ZEROS], body: good.body },
  ];
  for (const stanza of malformed) {
    assert.throws(() => unlockHeader(good, stanza), { code: 'SEAL_MALFORMED', message: /X25519/ });
  }
});

test('every known type that cannot be opened yet is refused by its name', () => {
  for (const type of ['scrypt', 'mlkem768x25519', 'p256tag', 'mlkem768p256tag']) {
    const stanza = { args: [type, 'x'], body: Buffer.alloc(32) };
    assert.throws(() => unlockHeader(stanza), { code: 'UNSUPPORTED', message: new RegExp(type) });
  }
  const hybrid = { args: ['mlkem768x25519', 'x'], body: Buffer.alloc(32) };
  assert.deepEqual(unlockHeader(hybrid, wrapFileKey(recipient, FILE_KEY)), FILE_KEY);
});

test('an scrypt stanza beside any other fails the file', () => {
  const scrypt = { args: ['scrypt', 'salt', '10'], body: Buffer.alloc(32) };
  for (const stanza of [wrapFileKey(recipient, FILE_KEY), GREASE, scrypt]) {
    assert.throws(() => unlockHeader(stanza, scrypt), {
      code: 'SEAL_MALFORMED',
      message: /scrypt stanza to be alone, found 2/,
    });
  }
});

test('a header altered after sealing is refused, though it still opens', () => {
  const text = formatHeader([wrapFileKey(recipient, FILE_KEY)], FILE_KEY).toString();
  const added = text.replace('\n-> X25519', '\n-> grease\n\n-> X25519');
  assert.throws(() => unlock(parseHeader(Buffer.from(added)), [OURS]), { code: 'SEAL_TAMPERED' });
});
