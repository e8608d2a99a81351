/** Copies for X25519, hybrid and OpenPGP readers, opened by other people's programs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Decrypter } from 'age-encryption';
import { decrypt, readMessage, readPrivateKey } from 'openpgp';
import { gpg } from '../../src/cli/reader/gpg.ts';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { verifyByOpenpgp } from '../../src/crypto/openpgp/key.ts';
import { keyIdOfMessage } from '../../src/crypto/openpgp/message.ts';
import { openpgpRecipient } from '../../src/crypto/openpgp/recipient.ts';
import { randomBytes } from '../../src/crypto/random.ts';
import { checkRecipient, sealTo } from '../../src/crypto/seal-to.ts';
import { type Keyring, NO_GPG, openKeyring } from '../support/gnupg.ts';

const COPY = randomBytes(70_000);

test('age-encryption opens the copies of X25519 and hybrid readers', async () => {
  for (const kind of ['X25519', 'mlkem768x25519'] as const) {
    const { identity, recipient } = generateIdentity(kind);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const opened = await decrypter.decrypt(await sealTo(recipient, COPY));
    assert.ok(COPY.equals(opened), kind);
  }
});

const noAge = spawnSync('age', ['--version']).status === 0 ? false : 'not on PATH: age';

test('Debian’s age opens the copy of an X25519 reader', { skip: noAge }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-copies-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { identity, recipient } = generateIdentity();
  const keyFile = join(folder, 'key.txt');
  writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });
  const input = await sealTo(recipient, COPY);
  const opened = spawnSync('age', ['-d', '-i', keyFile], { input, maxBuffer: 2 ** 20 });
  assert.equal(opened.status, 0, opened.stderr.toString());
  assert.ok(COPY.equals(opened.stdout));
});

/** What `--quick-gen-key` and `--quick-add-key` are told. */
const KINDS: Readonly<Record<string, readonly [primary: string, subkey: string]>> = {
  'RSA 3072': ['rsa3072', 'rsa3072'],
  Curve25519: ['ed25519', 'cv25519'],
  'NIST P-256': ['nistp256', 'nistp256'],
};

describe('with GnuPG', { skip: NO_GPG }, () => {
  let keyring: Keyring;
  before(() => {
    keyring = openKeyring('2025-06-01T12:00:00Z');
  });
  after(() => keyring.remove());

  const exportOf = (fingerprint: string) => gpg(keyring.args).exportKey(fingerprint);

  for (const [name, [primary, subkey]] of Object.entries(KINDS)) {
    test(`a ${name} key: joins, proves itself, opens with gpg and with openpgp.js`, async () => {
      const fingerprint = keyring.make(
        `${name} <a@${primary}.example>`,
        primary,
        'sign,cert',
        '2y',
      );
      keyring.run(['--quick-add-key', fingerprint, subkey, 'encr', '1y']);
      const tool = gpg(keyring.args);
      const own = openpgpRecipient(await exportOf(fingerprint));
      assert.equal(own.primary, fingerprint);
      assert.equal(await checkRecipient(own.text), Date.UTC(2026, 5, 1, 12), 'the subkey’s end');
      const signed = Buffer.from('tocsin/join/v1\n…');
      const proof = await tool.sign(own.signs, signed);
      assert.equal(await verifyByOpenpgp(own.text, signed, proof), true);
      assert.equal(await verifyByOpenpgp(own.text, Buffer.from('tocsin/join/v1\n'), proof), false);

      const sealed = await sealTo(own.text, COPY);
      assert.ok(own.encrypts.endsWith(keyIdOfMessage(sealed)));
      assert.ok(COPY.equals(await tool.decrypt(sealed, COPY.length)));
      assert.ok(COPY.equals(keyring.run(['--decrypt'], sealed)), 'by hand');

      const binaryKey = keyring.run(['--export-secret-keys', fingerprint]);
      const opened = await decrypt({
        message: await readMessage({ binaryMessage: sealed }),
        decryptionKeys: await readPrivateKey({ binaryKey }),
        format: 'binary',
      });
      const data: unknown = opened.data;
      assert.ok(data instanceof Uint8Array && COPY.equals(data));
      assert.equal(opened.filename, null, 'none');
    });
  }

  test('an offline primary key: its subkey signs, and the other opens', async () => {
    const fingerprint = keyring.make('Offline <o@offline.example>', 'ed25519', 'cert', '2y');
    keyring.run(['--quick-add-key', fingerprint, 'ed25519', 'sign']);
    keyring.run(['--quick-add-key', fingerprint, 'cv25519', 'encr']);
    const tool = gpg(keyring.args);
    const own = openpgpRecipient(await exportOf(fingerprint));
    assert.notEqual(own.signs, own.primary);
    const proof = await tool.sign(own.signs, COPY);
    assert.equal(await verifyByOpenpgp(own.text, COPY, proof), true);
    assert.ok(COPY.equals(await tool.decrypt(await sealTo(own.text, COPY), COPY.length)));
  });

  test('a key that rests on SHA-1, or has a curve of its own, is refused', async () => {
    const weak = keyring.make('Weak <w@weak.example>', 'ed25519', 'sign,cert', '2y');
    keyring.run(['--cert-digest-algo', 'SHA1', '--quick-add-key', weak, 'cv25519', 'encr']);
    const { text } = openpgpRecipient(await exportOf(weak));
    await assert.rejects(checkRecipient(text), { code: 'KEY_INVALID', message: /SHA-256/ });

    const koblitz = keyring.make('Koblitz <k@k.example>', 'secp256k1', 'sign,cert', '2y');
    keyring.run(['--quick-add-key', koblitz, 'cv25519', 'encr']);
    const exported = await exportOf(koblitz);
    assert.throws(() => openpgpRecipient(exported), { message: /another curve/ });
  });

  test('what gpg opens is refused where it is not protected, altered, or too long', async () => {
    const fingerprint = keyring.make('Reader <r@reader.example>', 'ed25519', 'sign,cert', '2y');
    keyring.run(['--quick-add-key', fingerprint, 'cv25519', 'encr']);
    const tool = gpg(keyring.args);
    const { text } = openpgpRecipient(await exportOf(fingerprint));
    const sealed = await sealTo(text, COPY);
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(40_000) ^ 1, 40_000);
    await assert.rejects(tool.decrypt(altered, COPY.length), { code: 'SEAL_TAMPERED' });
    await assert.rejects(tool.decrypt(sealed.subarray(0, 60_000), COPY.length), {
      code: 'SEAL_TAMPERED',
    });
    await assert.rejects(tool.decrypt(sealed, COPY.length - 1), { code: 'LIMIT_EXCEEDED' });
    const elsewhere = openKeyring('2025-06-01T12:00:00Z');
    try {
      await assert.rejects(gpg(elsewhere.args).decrypt(sealed, COPY.length), {
        code: 'SEAL_NO_MATCH',
      });
      await assert.rejects(gpg(elsewhere.args).exportKey(fingerprint), { code: 'NOT_FOUND' });
      await assert.rejects(gpg(elsewhere.args).sign(fingerprint, COPY), { code: 'KEY_INVALID' });
    } finally {
      elsewhere.remove();
    }
  });
});
