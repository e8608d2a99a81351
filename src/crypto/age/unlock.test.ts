import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { base64 } from './base64.ts';
import { formatHeader, parseHeader, type Stanza } from './header.ts';
import { generateIdentity } from './keys.ts';
import { importIdentity, importRecipient } from './kinds.ts';
import { unlock } from './unlock.ts';

const FILE_KEY = Buffer.alloc(16, 8);
const { identity, recipient } = generateIdentity();
const OURS = importIdentity(identity);
const wrapFileKey = (to: string, fileKey: Uint8Array): Stanza => importRecipient(to).wrap(fileKey);
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

test('every known type that cannot be opened is refused by its name', () => {
  for (const type of ['scrypt', 'p256tag', 'mlkem768p256tag']) {
    const stanza = { args: [type, 'x'], body: Buffer.alloc(32) };
    assert.throws(() => unlockHeader(stanza), { code: 'UNSUPPORTED', message: new RegExp(type) });
  }
  const later = { args: ['p256tag', 'x'], body: Buffer.alloc(32) };
  assert.deepEqual(unlockHeader(later, wrapFileKey(recipient, FILE_KEY)), FILE_KEY);
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

describe('a hybrid stanza', () => {
  const hybrid = generateIdentity('mlkem768x25519');
  const header = (...stanzas: Stanza[]) => parseHeader(formatHeader(stanzas, FILE_KEY));
  const good = wrapFileKey(hybrid.recipient, FILE_KEY);

  test("opens for its identity, for another identity it is another's", () => {
    assert.deepEqual(
      unlock(header(GREASE, good), [OURS, importIdentity(hybrid.identity)]),
      FILE_KEY,
    );
    const another = importIdentity(generateIdentity('mlkem768x25519').identity);
    assert.throws(() => unlock(header(good), [OURS, another]), { code: 'SEAL_NO_MATCH' });
  });

  test('fails the file when it is malformed, whoever opens it', () => {
    const [type = '', share = ''] = good.args;
    const low = Buffer.from(share, 'base64').fill(0, 1088);
    const malformed: readonly Stanza[] = [
      { args: [type], body: good.body },
      { args: [type, share, 'more'], body: good.body },
      { args: [type, `${share}=`], body: good.body },
      { args: [type, base64(Buffer.alloc(1119, 9))], body: good.body },
      { args: [type, share], body: good.body.subarray(1) },
      { args: [type, base64(low)], body: good.body },
    ];
    const ours = wrapFileKey(recipient, FILE_KEY);
    for (const stanza of malformed) {
      assert.throws(() => unlockHeader(ours, stanza), {
        code: 'SEAL_MALFORMED',
        message: /mlkem768x25519/,
      });
    }
  });
});
