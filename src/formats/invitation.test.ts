import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  encodeInvitation,
  type Invitation,
  parseInvitation,
  parseServerUrl,
} from './invitation.ts';

const INVITATION: Invitation = {
  url: 'https://psirt.example/tocsin',
  invitation: 'invite_AbC-123_xyz',
  keys: {
    origin: 'psirt.example/log',
    logVerifierKey: 'psirt.example/log+01234567+AYPT8hkg7IMoayJpw1oYR4oM9rvp0DtV3OrVTDKpkF/3',
    manifestKey: 'ab'.repeat(32),
  },
};

function encoded(change: object): string {
  const json = JSON.stringify({ v: 1, ...INVITATION, ...change });
  return `tocsin-invite:${Buffer.from(json).toString('base64url')}`;
}

test('an invitation has the form written down in docs/formats/invitation.md', () => {
  const text = encodeInvitation(INVITATION);
  assert.match(text, /^tocsin-invite:[A-Za-z0-9_-]+$/);
  const json = Buffer.from(text.slice('tocsin-invite:'.length), 'base64url').toString();
  assert.equal(
    json,
    '{"v":1,"url":"https://psirt.example/tocsin","invitation":"invite_AbC-123_xyz","keys":' +
      '{"origin":"psirt.example/log","logVerifierKey":"psirt.example/log+01234567+AYPT8hkg7IMoay' +
      `Jpw1oYR4oM9rvp0DtV3OrVTDKpkF/3","manifestKey":"${'ab'.repeat(32)}"}}`,
  );
});

test('what was encoded is parsed, also after mail has broken its line', () => {
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const name = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
  const property = fc.property(name, name, hex, fc.nat(20), (origin, invitation, key, width) => {
    const keys = {
      origin,
      logVerifierKey: `${origin}+x`,
      manifestKey: Buffer.from(key).toString('hex'),
    };
    const whole = { url: INVITATION.url, invitation, keys };
    const text = encodeInvitation(whole);
    const broken = text.replace(new RegExp(`(.{${width + 20}})`, 'g'), '$1\r\n  ');
    assert.deepEqual(parseInvitation(broken), whole);
  });
  fc.assert(property);
});

test('keys that a server shows beside the pinned ones are left out', () => {
  const keys = { ...INVITATION.keys, tickMs: 60_000, logKey: 'cd'.repeat(32) };
  assert.equal(encodeInvitation({ ...INVITATION, keys }), encodeInvitation(INVITATION));
});

test('a text with a part missing is refused, and never shown', () => {
  const text = encodeInvitation(INVITATION);
  for (let length = 0; length < text.length; length++) {
    assert.throws(
      () => parseInvitation(text.slice(0, length)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'INVALID_INPUT');
        assert.ok(!error.message.includes(text.slice(20, 60)));
        return true;
      },
    );
  }
});

describe('an invitation is refused when', () => {
  const cases: [what: string, text: string][] = [
    ['it is of a later version', encoded({ v: 2 })],
    ['it has a member too many', encoded({ more: 1 })],
    ['it has no secret', encoded({ invitation: '' })],
    ['its secret is no text', encoded({ invitation: 7 })],
    ['it has no keys', encoded({ keys: undefined })],
    ['its manifest key is cut', encoded({ keys: { ...INVITATION.keys, manifestKey: 'ab' } })],
    ['it leads to a plain connection', encoded({ url: 'http://psirt.example' })],
    ['it is very long', encoded({ invitation: 'x'.repeat(5_000) })],
    ['it has the wrong prefix', encoded({}).replace('tocsin', 'tocsln')],
    ['it is padded', `${encoded({})}=`],
  ];
  for (const [what, text] of cases) {
    test(what, () => assert.throws(() => parseInvitation(text), { code: 'INVALID_INPUT' }));
  }
});

test('a server is reached by https, or by http on this machine', () => {
  for (const [given, url] of [
    ['https://psirt.example', 'https://psirt.example'],
    ['https://PSIRT.example:443/', 'https://psirt.example'],
    ['https://psirt.example:8443/a/b//', 'https://psirt.example:8443/a/b'],
    ['http://localhost:8740', 'http://localhost:8740'],
    ['http://127.0.0.1:8740/', 'http://127.0.0.1:8740'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[0::1]:80', 'http://[::1]'],
  ] as const) {
    assert.equal(parseServerUrl(given), url);
  }
  for (const url of [
    'http://psirt.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://128.0.0.1',
    'http://[::2]',
    'http://0.0.0.0',
    'ftp://psirt.example',
    'javascript:alert(1)',
    'https://user@psirt.example',
    'https://user:word@psirt.example',
    'https://psirt.example/?a=b',
    'https://psirt.example/#a',
    'psirt.example',
    '',
  ]) {
    assert.throws(() => parseServerUrl(url), { code: 'INVALID_INPUT' }, url);
  }
});
