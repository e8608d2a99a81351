import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileInTar, isInstalled, isNewEnough, SetupError, verifyIntegrity } from './setup.mjs';

const lock = {
  packages: {
    '': { name: 'tocsin' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '2.0.0', integrity: 'sha512-o', optional: true },
  },
};

test('packages installed by hand are not installed again, whatever the platform left out', () => {
  const { 'node_modules/a': a } = lock.packages;
  assert.ok(isInstalled(lock, { packages: { 'node_modules/a': a } }));
  assert.ok(isInstalled(lock, lock));
});

test('a missing package, another version or other bytes mean installing', () => {
  const installed = (a) => ({ packages: { 'node_modules/a': a } });
  assert.ok(!isInstalled(lock, { packages: {} }));
  assert.ok(!isInstalled(lock, installed({ version: '1.0.1', integrity: 'sha512-a' })));
  assert.ok(!isInstalled(lock, installed({ version: '1.0.0', integrity: 'sha512-b' })));
  assert.ok(!isInstalled(lock, installed({ version: '1.0.0' })));
});

test('the oldest Node is 22.18', () => {
  const verdicts = ['20.20.2', '22.17.1', '22.18.0', '22.20.0', '24.0.0'].map(isNewEnough);
  assert.deepEqual(verdicts, [false, false, true, true, true]);
});

test('bytes other than the pinned ones are refused before they are unpacked', () => {
  const bytes = Buffer.from('an archive');
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  verifyIntegrity(bytes, integrity, 'archive');
  assert.throws(() => verifyIntegrity(Buffer.from('an archivE'), integrity, 'archive'), SetupError);
});

test('one file is taken out of an archive by its exact name', () => {
  const tar = Buffer.concat([
    ...entry('package/bin/node.txt', Buffer.alloc(700, 'x')),
    ...entry('package/bin/node', Buffer.from('the program')),
    Buffer.alloc(1024),
  ]);
  assert.equal(fileInTar(tar, 'package/bin/node').toString(), 'the program');
  assert.throws(() => fileInTar(tar, 'package/bin'), /holds no package\/bin/);
});

function entry(name, bytes) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(bytes.length.toString(8).padStart(11, '0'), 124);
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}
