import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fingerprint, generateIdentity } from '../../src/crypto/age/keys.ts';
import { open } from '../../src/crypto/age/open.ts';
import { seal } from '../../src/crypto/age/seal.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { newId, randomBytes } from '../../src/crypto/random.ts';
import { generateSigningKey, signer, verify } from '../../src/crypto/sign.ts';
import {
  copyPlaintextLength,
  formatManifest,
  type Manifest,
  manifestSigningBytes,
  packCopy,
  unpackCopy,
} from '../../src/formats/copy.ts';
import { verifyPromise } from '../../src/ledger/promise.ts';

const CONTENT = Buffer.from('# What to look for\n\nRequests to the layouts page.\n'.repeat(40));
const LENGTH = copyPlaintextLength(CONTENT.length + 500);

function manifestFor(recipient: string, content: Uint8Array): Manifest {
  return {
    v: 1,
    programme: newId(),
    alert: newId(),
    artifact: newId(),
    version: 1,
    kind: 'detection_guidance',
    variant: 'full',
    name: 'anleitung-für-prüfer.md',
    format: 'markdown',
    participant: newId(),
    reader: newId(),
    keyFingerprint: fingerprint(recipient),
    contentSha256: sha256Hex(content),
    contentDigest: 'ab'.repeat(32),
    drill: true,
    terms: [{ code: 'no_marketing', text: 'Membership is no “advertisement”.' }],
    obligations: { due: { keep_embargo: 1_751_994_000_000 }, within: {} },
    tlp: 'AMBER',
    usePermissions: ['read', 'test'],
    issuedAt: 1_751_000_000_000,
    disclosureAt: 1_751_994_000_000,
    delivery: newId(),
    promise: {
      leaf: sha256Hex(randomBytes(8)),
      by: 1_751_000_060_000,
      signature: randomBytes(64).toString('base64'),
    },
  };
}

function sealedCopy(recipient: string, content: Buffer, secret: Buffer): Buffer {
  const manifest = manifestFor(recipient, content);
  const key = signer(secret);
  const copy = { manifest, sign: (bytes: Buffer) => key.sign(bytes), content, length: LENGTH };
  return seal([recipient], packCopy(copy).plaintext);
}

test('the manifest that readers accept is the canonical JSON of RFC 8785', () => {
  const manifest = manifestFor(generateIdentity().recipient, CONTENT);
  assert.equal(formatManifest(manifest), canonicalJson(manifest));
});

test('a copy is opened and verified; all copies of a version have one length', () => {
  const issuer = generateSigningKey();
  const lengths = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const { identity, recipient } = generateIdentity();
    const content = Buffer.concat([CONTENT, Buffer.alloc(i * 25, 'marked ')]);
    const file = sealedCopy(recipient, content, issuer.secret);
    lengths.add(file.length);
    const copy = unpackCopy(open([identity], file));
    const signed = manifestSigningBytes(copy.manifestJson);
    assert.ok(verify(issuer.publicKey, signed, copy.signature));
    assert.equal(copy.manifest.contentSha256, sha256Hex(copy.content));
    assert.equal(copy.manifest.keyFingerprint, fingerprint(recipient));
  }
  assert.equal(lengths.size, 1);
});

test('a copy of format version 1, kept as it was issued, opens and verifies', () => {
  const sample = (name: string): Buffer =>
    readFileSync(new URL(`../../testdata/copy/${name}`, import.meta.url));
  const keys = JSON.parse(sample('keys.json').toString()) as Record<string, string>;
  const file = sample('v1.age');
  assert.equal(file.length, 8_392);
  const copy = unpackCopy(open([sample('identity.txt').toString().trim()], file));
  assert.equal(copy.manifestJson, sample('manifest.json').toString());
  const manifestKey = Buffer.from(keys['manifestKey'] ?? '', 'hex');
  assert.ok(verify(manifestKey, manifestSigningBytes(copy.manifestJson), copy.signature));
  const logKey = Buffer.from(keys['logKey'] ?? '', 'hex');
  verifyPromise(logKey, copy.manifest.promise);
  assert.equal(copy.manifest.contentSha256, sha256Hex(copy.content));
  assert.match(Buffer.from(copy.content).toString(), /^# A sample of guidance\n/);
});

const tools = ['age', 'tar'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skip = tools.length > 0 ? `not on PATH: ${tools.join(', ')}` : false;

describe('with age and tar alone', { skip }, () => {
  test('age -d | tar x gives manifest, signature, content and padding', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-copy-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const { identity, recipient } = generateIdentity();
    const issuer = generateSigningKey();
    const file = sealedCopy(recipient, CONTENT, issuer.secret);
    const keyFile = join(folder, 'key.txt');
    writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });

    const decrypted = spawnSync('age', ['-d', '-i', keyFile], { input: file });
    assert.equal(decrypted.status, 0, decrypted.stderr.toString());
    const target = join(folder, 'copy');
    mkdirSync(target);
    const extracted = spawnSync('tar', ['x', '-C', target], { input: decrypted.stdout });
    assert.equal(extracted.status, 0);
    assert.equal(extracted.stderr.toString(), '');

    assert.deepEqual(readdirSync(target).sort(), [
      'content',
      'manifest.json',
      'manifest.sig',
      'padding',
    ]);
    const content = readFileSync(join(target, 'content', 'anleitung-für-prüfer.md'));
    assert.deepEqual(content, CONTENT);
    const manifestJson = readFileSync(join(target, 'manifest.json'), 'utf8');
    const signature = readFileSync(join(target, 'manifest.sig'));
    assert.ok(verify(issuer.publicKey, manifestSigningBytes(manifestJson), signature));
  });
});
