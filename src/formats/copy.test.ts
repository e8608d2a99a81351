import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { USE_PERMISSIONS } from '../domain/artifact.ts';
import type { ObligationCode } from '../domain/obligation.ts';
import { TERMS } from '../policy/use/section.ts';
import {
  copyPlaintextLength,
  formatManifest,
  type Manifest,
  manifestSigningBytes,
  packCopy,
  unpackCopy,
} from './copy.ts';
import { readTar, writeTar } from './tar.ts';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const MANIFEST: Manifest = {
  v: 1,
  programme: uuid(1),
  alert: uuid(2),
  artifact: uuid(3),
  version: 2,
  kind: 'detection_guidance',
  variant: 'full',
  name: 'guidance.md',
  format: 'markdown',
  participant: uuid(4),
  reader: uuid(5),
  keyFingerprint: 'ab'.repeat(32),
  contentSha256: 'cd'.repeat(32),
  contentDigest: '9f'.repeat(32),
  terms: [{ code: 'no_marketing', text: 'No “marketing”.' }],
  obligations: {
    due: { keep_embargo: 1_751_994_000_000, acknowledge: 1_751_100_000_000 },
    within: { leak_report: 86_400_000 },
  },
  tlp: 'AMBER+STRICT',
  usePermissions: ['read', 'build_protection'],
  issuedAt: 1_751_000_000_123,
  disclosureAt: 1_751_994_000_000,
  delivery: uuid(6),
  drill: true,
  promise: {
    leaf: 'ef'.repeat(32),
    by: 1_751_000_060_000,
    signature: Buffer.alloc(64, 1).toString('base64'),
  },
};
type Owed = Partial<Record<ObligationCode, number>>;
const SIGNATURE = Buffer.alloc(64, 2);
const CONTENT = Buffer.from('# Guidance\n');

function pack(manifest: Manifest, content: Uint8Array = CONTENT, length = 12_288): Buffer {
  return packCopy({ manifest, sign: () => SIGNATURE, content, length }).plaintext;
}

/** A copy's archive with any manifest text and any entries after it. */
function unpackForged(manifestJson: string, change?: (files: Map<string, Uint8Array>) => void) {
  const files = new Map<string, Uint8Array>([
    ['manifest.json', Buffer.from(manifestJson)],
    ['manifest.sig', SIGNATURE],
    ['content/guidance.md', CONTENT],
    ['padding', Buffer.alloc(512)],
  ]);
  change?.(files);
  const entries = [...files].map(([name, bytes]) => ({ name, bytes }));
  return unpackCopy(writeTar(entries, 0));
}

test('what was packed unpacks', () => {
  const unpacked = unpackCopy(pack(MANIFEST));
  assert.deepEqual(unpacked.manifest, MANIFEST);
  assert.equal(unpacked.manifestJson, formatManifest(MANIFEST));
  assert.deepEqual(Buffer.from(unpacked.signature), SIGNATURE);
  assert.equal(unpacked.contentName, 'guidance.md');
  assert.deepEqual(Buffer.from(unpacked.content), CONTENT);
});

test('the manifest has the canonical form written down in docs/formats/copy.md', () => {
  assert.equal(
    formatManifest(MANIFEST),
    `{"alert":"${uuid(2)}","artifact":"${uuid(3)}",` +
      `"contentDigest":"${'9f'.repeat(32)}","contentSha256":"${'cd'.repeat(32)}",` +
      `"delivery":"${uuid(6)}","disclosureAt":1751994000000,"drill":true,"format":"markdown",` +
      `"issuedAt":1751000000123,"keyFingerprint":"${'ab'.repeat(32)}",` +
      '"kind":"detection_guidance","name":"guidance.md",' +
      '"obligations":{"due":{"acknowledge":1751100000000,"keep_embargo":1751994000000},' +
      '"within":{"leak_report":86400000}},' +
      `"participant":"${uuid(4)}","programme":"${uuid(1)}",` +
      `"promise":{"by":1751000060000,"leaf":"${'ef'.repeat(32)}",` +
      `"signature":"${MANIFEST.promise.signature}"},"reader":"${uuid(5)}",` +
      '"terms":[{"code":"no_marketing","text":"No “marketing”."}],' +
      '"tlp":"AMBER+STRICT","usePermissions":["read","build_protection"],"v":1,' +
      '"variant":"full","version":2}',
  );
});

test('a manifest without terms has no such member, and an empty list is another form', () => {
  const json = formatManifest({ ...MANIFEST, terms: [] });
  assert.ok(!json.includes('terms'));
  assert.deepEqual(unpackForged(json).manifest.terms, []);
  const empty = json.replace('"tlp"', '"terms":[],"tlp"');
  assert.throws(() => unpackForged(empty), { code: 'SEAL_MALFORMED', message: /RFC 8785/ });
});

test('a manifest that asks for nothing has no obligations, and later ones are taken', () => {
  const none = { due: {}, within: {} };
  const json = formatManifest({ ...MANIFEST, obligations: none });
  assert.ok(!json.includes('obligations'));
  assert.deepEqual(unpackForged(json).manifest.obligations, none);
  const empty = json.replace('"participant"', '"obligations":{"due":{},"within":{}},"participant"');
  assert.throws(() => unpackForged(empty), { code: 'SEAL_MALFORMED', message: /RFC 8785/ });
  const later = { due: { of_a_later_vocabulary: 0 }, within: {} };
  const known = unpackForged(formatManifest({ ...MANIFEST, obligations: later })).manifest;
  assert.deepEqual(known.obligations, later);
});

test('a content digest is a member where there is one', () => {
  const json = formatManifest(MANIFEST);
  assert.equal(unpackForged(json).manifest.contentDigest, '9f'.repeat(32));
  const without = formatManifest({ ...MANIFEST, contentDigest: null });
  assert.ok(!without.includes('contentDigest'));
  assert.equal(unpackForged(without).manifest.contentDigest, null);
  const nothing = json.replace(/"contentDigest":"[0-9a-f]*"/, '"contentDigest":null');
  assert.throws(() => unpackForged(nothing), { code: 'SEAL_MALFORMED', message: /contentDigest/ });
});

test('that it is a drill is a member of those alone that are one', () => {
  const real = formatManifest({ ...MANIFEST, drill: false });
  assert.ok(!real.includes('drill'));
  assert.equal(unpackForged(real).manifest.drill, false);
  assert.equal(unpackForged(formatManifest(MANIFEST)).manifest.drill, true);
  const denied = formatManifest(MANIFEST).replace('"drill":true', '"drill":false');
  assert.throws(() => unpackForged(denied), { code: 'SEAL_MALFORMED', message: /drill/ });
});

test('the issuer signs the context line and the manifest as it stands', () => {
  assert.equal(manifestSigningBytes('{"é":1}').toString(), 'tocsin/manifest/v1\n{"é":1}');
});

test('every reader of a version gets the same length, however manifest and content differ', () => {
  const content = fc.uint8Array({ maxLength: 3000 });
  const permissions = fc.subarray([...USE_PERMISSIONS]);
  const length = copyPlaintextLength(3000);
  fc.assert(
    fc.property(content, permissions, fc.nat(99), (bytes, usePermissions, version) => {
      const manifest = { ...MANIFEST, usePermissions, version: version + 1 };
      const packed = pack(manifest, bytes, length);
      assert.equal(packed.length, length);
      assert.deepEqual(Uint8Array.from(unpackCopy(packed).content), bytes);
    }),
  );
});

test('the length is a multiple of 4 KiB that fits the longest content and manifest', () => {
  // The longest that a pack and an alert can make it: quotation marks are escaped, 𝄞 has 4 bytes.
  const last = 2 ** 53 - 1;
  const wordy = {
    ...MANIFEST,
    name: '"'.repeat(92),
    usePermissions: USE_PERMISSIONS,
    contentDigest: 'ab'.repeat(32),
    terms: Object.keys(TERMS).map((code) => ({ code, text: '𝄞'.repeat(200) })),
    obligations: {
      due: { acknowledge: last, keep_embargo: last, status_report: last },
      within: { leak_report: last, return_copies: last },
    } satisfies { due: Owed; within: Owed },
    version: last,
    issuedAt: 2 ** 32 * 1000,
    disclosureAt: last,
    promise: { ...MANIFEST.promise, by: last },
  };
  for (const most of [0, 1, 511, 512, 513, 4095, 4096, 4097, 100_000]) {
    const length = copyPlaintextLength(most);
    assert.equal(length % 4096, 0);
    assert.equal(pack(wordy, Buffer.alloc(most), length).length, length);
  }
  assert.equal(copyPlaintextLength(0), 8_192);
  assert.equal(copyPlaintextLength(20_480), 28_672);
});

test('a copy that its length cannot hold, or that would not open, is not packed', () => {
  const invalid = (field: string) => ({ code: 'INVALID_INPUT', field });
  assert.throws(() => pack(MANIFEST, Buffer.alloc(20_000)), invalid('length'));
  assert.throws(() => pack(MANIFEST, CONTENT, 12_288 + 512), invalid('length'));
  const parts = { manifest: MANIFEST, content: CONTENT, length: 12_288 };
  const sign = () => Buffer.alloc(63);
  assert.throws(() => packCopy({ ...parts, sign }), invalid('signature'));
  for (const name of ['..', '.', 'a/b.md', 'a\\b', 'n'.repeat(93)]) {
    assert.throws(() => pack({ ...MANIFEST, name }), invalid('manifest.name'));
  }
  assert.throws(() => pack({ ...MANIFEST, version: 0 }), { code: 'SEAL_MALFORMED' });
});

test('the files carry the time of issue in whole seconds', () => {
  const header = pack(MANIFEST).subarray(0, 512);
  assert.equal(Number.parseInt(header.toString('latin1', 136, 147), 8), 1_751_000_000);
});

test('the entries are these four, in this order, and nothing else', () => {
  const json = formatManifest(MANIFEST);
  assert.deepEqual(
    [...readTar(pack(MANIFEST)).keys()],
    ['manifest.json', 'manifest.sig', 'content/guidance.md', 'padding'],
  );
  const changes: readonly ((files: Map<string, Uint8Array>) => void)[] = [
    (files) => files.clear(),
    (files) => files.delete('manifest.json'),
    (files) => files.delete('manifest.sig'),
    (files) => files.delete('content/guidance.md'),
    (files) => files.delete('padding'),
    (files) => files.set('more', CONTENT),
    (files) => {
      files.delete('manifest.sig');
      files.set('manifest.sig', SIGNATURE);
    },
    (files) => {
      files.delete('padding');
      files.set('content/second.md', CONTENT);
    },
  ];
  for (const change of changes) {
    assert.throws(() => unpackForged(json, change), {
      code: 'SEAL_MALFORMED',
      message: /expected the entries manifest.json, manifest.sig/,
    });
  }
});

test('signature, padding and name must be as they are meant to be', () => {
  const json = formatManifest(MANIFEST);
  const refuse = (change: (files: Map<string, Uint8Array>) => void, message: RegExp): void => {
    assert.throws(() => unpackForged(json, change), { code: 'SEAL_MALFORMED', message });
  };
  refuse((files) => files.set('manifest.sig', Buffer.alloc(65)), /64 bytes, found 65/);
  refuse((files) => files.set('padding', Buffer.from('hidden')), /padding of zeros/);
  refuse((files) => files.set('manifest.json', Buffer.from([0xff])), /UTF-8/);
  const renamed = formatManifest({ ...MANIFEST, name: 'other.md' });
  const nested = formatManifest({ ...MANIFEST, name: 'a/b.md' });
  assert.throws(() => unpackForged(renamed), { message: /the manifest's name after content/ });
  assert.throws(
    () =>
      unpackForged(nested, (files) => {
        files.delete('content/guidance.md');
        files.delete('padding');
        files.set('content/a/b.md', CONTENT);
        files.set('padding', Buffer.alloc(0));
      }),
    { message: /the manifest's name after content/ },
  );
});

test('a manifest of another version is told from a malformed one', () => {
  const json = formatManifest(MANIFEST).replace('"v":1', '"v":2');
  assert.throws(() => unpackForged(json), { code: 'UNSUPPORTED', message: /version 1, found 2/ });
});

test('members that are missing, unknown or of another kind are refused by name', () => {
  const many = Object.fromEntries([...'abcdefghi'].map((code) => [code, 1]));
  const wrong: readonly [field: string, changed: object][] = [
    ['v', { v: '1' }],
    ['programme', { programme: 'not an id' }],
    ['alert', { alert: uuid(2).toUpperCase().replace('8000', 'A000') }],
    ['artifact', { artifact: 3 }],
    ['version', { version: 1.5 }],
    ['version', { version: '2' }],
    ['kind', { kind: 'rumour' }],
    ['variant', { variant: null }],
    ['name', { name: 7 }],
    ['name', { name: '\ud800' }],
    ['format', { format: 'pdf' }],
    ['participant', { participant: undefined }],
    ['reader', { reader: [uuid(5)] }],
    ['keyFingerprint', { keyFingerprint: 'AB'.repeat(32) }],
    ['contentSha256', { contentSha256: 'cd'.repeat(31) }],
    ['tlp', { tlp: 'WHITE' }],
    ['usePermissions', { usePermissions: 'read' }],
    ['usePermissions', { usePermissions: ['read', 'read'] }],
    ['usePermissions', { usePermissions: ['sell'] }],
    ['terms', { terms: null }],
    ['terms', { terms: ['No marketing.'] }],
    ['terms', { terms: [{ code: 'No Marketing', text: 'No.' }] }],
    ['terms', { terms: [{ code: 'no_marketing', text: '' }] }],
    ['terms', { terms: [{ code: 'no_marketing', text: 'No.\n' }] }],
    ['terms', { terms: [{ code: 'no_marketing', text: 'n'.repeat(201) }] }],
    ['terms', { terms: [...MANIFEST.terms, ...MANIFEST.terms] }],
    ['terms', { terms: [...'abcdefghi'].map((code) => ({ code, text: 'No.' })) }],
    ['obligations', { obligations: null }],
    ['obligations', { obligations: [] }],
    ['obligations', { obligations: { due: {} } }],
    ['obligations', { obligations: { due: {}, within: null } }],
    ['obligations', { obligations: { due: { acknowledge: '2025-07-08' }, within: {} } }],
    ['obligations', { obligations: { due: {}, within: { leak_report: -1 } } }],
    ['obligations', { obligations: { due: { 'Leak report': 1 }, within: {} } }],
    ['obligations', { obligations: { due: many, within: {} } }],
    ['issuedAt', { issuedAt: -1 }],
    ['disclosureAt', { disclosureAt: '2025-07-08' }],
    ['delivery', { delivery: null }],
    ['promise', { promise: null }],
    ['promise', { promise: [] }],
    ['leaf', { promise: { ...MANIFEST.promise, leaf: '' } }],
    ['by', { promise: { ...MANIFEST.promise, by: null } }],
    ['signature', { promise: { ...MANIFEST.promise, signature: 'AAAA' } }],
    ['signature', { promise: { ...MANIFEST.promise, signature: 1 } }],
  ];
  for (const [field, changed] of wrong) {
    const json = JSON.stringify({ ...MANIFEST, ...changed });
    assert.throws(() => unpackForged(json), { code: 'SEAL_MALFORMED', field }, json);
  }
  const more = [
    { ...MANIFEST, urgent: true },
    { ...MANIFEST, promise: { ...MANIFEST.promise, note: '' } },
    { ...MANIFEST, terms: [{ code: 'a', text: 'b', note: '' }] },
    { ...MANIFEST, obligations: { due: {}, within: {}, note: '' } },
  ];
  for (const manifest of more) {
    assert.throws(() => unpackForged(JSON.stringify(manifest)), {
      code: 'SEAL_MALFORMED',
      message: /found a member of another name/,
    });
  }
});

test('only the canonical form of a manifest is read', () => {
  const json = formatManifest(MANIFEST);
  const others = [
    JSON.stringify(MANIFEST),
    `${json}\n`,
    json.replace('{', '{ '),
    json.replace('"v":1', '"v":1.0'),
    json.replace('guidance.md', 'guid\\u0061nce.md'),
    json.replace('"v":1', '"v":1,"v":1'),
  ];
  for (const text of others) {
    assert.throws(() => unpackForged(text), { code: 'SEAL_MALFORMED', message: /RFC 8785/ }, text);
  }
});

test('what is no JSON object, or is too long, is refused without being quoted', () => {
  for (const text of ['', 'secret', '[]', 'null', '"v"', '{"v":', `{"v":"${'x'.repeat(5000)}"}`]) {
    assert.throws(
      () => unpackForged(text),
      (error: Error & { code?: string; cause?: unknown }) =>
        error.code === 'SEAL_MALFORMED' && !/secret/.test(error.message) && !error.cause,
    );
  }
});
