import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readTar, type TarEntry, writeTar } from './tar.ts';

const MTIME = 1_752_000_000;
const entry = (name: string, text = name): TarEntry => ({ name, bytes: Buffer.from(text) });

function refused(archive: Uint8Array, message: RegExp): void {
  assert.throws(() => readTar(archive), { code: 'SEAL_MALFORMED', message });
}

/** An archive of one file whose header was changed by hand, its checksum put right. */
function forged(change: (header: Buffer) => void, text = 'content'): Buffer {
  const archive = writeTar([entry('file', text)], MTIME);
  const header = archive.subarray(0, 512);
  change(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

test('files of any content come back in order', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,2}$/), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 1200 }), (list, bytes) => {
      const entries = list.map((name, i) => ({ name, bytes: bytes.subarray(i) }));
      const archive = writeTar(entries, MTIME);
      assert.equal(archive.length % 512, 0);
      const files = [...readTar(archive)].map(([name, content]) => ({
        name,
        bytes: Uint8Array.from(content),
      }));
      assert.deepEqual(files, entries);
    }),
  );
});

test('names outside ASCII, and of the greatest length, come back', () => {
  const names = ['größe/übersicht.md', `${'a'.repeat(96)}/ü`, 'a'.repeat(100)];
  const archive = writeTar(
    names.map((name) => entry(name)),
    MTIME,
  );
  assert.deepEqual([...readTar(archive).keys()], names);
});

test('unsafe names are neither written nor read', () => {
  const names = [
    '',
    '/etc/passwd',
    '../up',
    'a/../../up',
    'a/./b',
    'a//b',
    'a/',
    '..',
    'C:\\up',
    'a\\b',
    'stream:alternate',
    'line\nbreak',
    'rtl\u202egpj.exe',
  ];
  for (const name of names) {
    assert.throws(() => writeTar([entry(name)], MTIME), { code: 'INVALID_INPUT' }, name);
    const archive = forged((header) => {
      header.fill(0, 0, 100);
      header.write(name, 0);
    });
    refused(archive, /safe relative name/);
  }
  assert.throws(() => writeTar([entry('a'.repeat(101))], MTIME), { message: /100 bytes/ });
});

test('a name that is there twice is neither written nor read, in whatever case', () => {
  assert.throws(() => writeTar([entry('a'), entry('A')], MTIME), { message: /there before/ });
  const one = writeTar([entry('file')], MTIME);
  const twice = Buffer.concat([one.subarray(0, 1024), one]);
  refused(twice, /byte 1024: .*there before/);
});

test('anything but a regular file is refused', () => {
  for (const type of ['1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', '\0']) {
    refused(
      forged((header) => header.write(type, 156, 'latin1')),
      /regular file/,
    );
  }
  refused(
    forged((header) => header.write('target', 157)),
    /no link and no prefix/,
  );
  refused(
    forged((header) => header.write('../..', 345)),
    /no link and no prefix/,
  );
});

test('a header that is not strictly ustar is refused', () => {
  refused(
    forged((header) => header.write('ustar  \0', 257, 'latin1')),
    /ustar header/,
  );
  refused(
    forged((header) => header.fill(0, 257, 265)),
    /ustar header/,
  );
  for (const size of [
    '        7\0  ',
    '-0000000001\0',
    '00000000008\0',
    '\x80\0\0\0\0\0\0\0\0\0\0\x07',
  ]) {
    refused(
      forged((header) => header.write(size, 124, 'latin1')),
      /octal size/,
    );
  }
  refused(
    forged((header) => header.write('hidden', 50)),
    /zeros after it/,
  );
  refused(
    forged((header) => header.write('\xff', 0, 'latin1')),
    /UTF-8/,
  );
});

test('a wrong checksum is refused', () => {
  const archive = writeTar([entry('file')], MTIME);
  archive.write('f1le', 0);
  refused(archive, /checksum/);
  archive.write('12345  \0', 148, 'latin1');
  refused(archive, /octal checksum/);
});

test('bytes where zeros belong are refused', () => {
  const archive = writeTar([entry('file', 'content')], MTIME);
  for (const at of [512 + 7, 1023, 1024, archive.length - 1]) {
    const altered = Buffer.from(archive);
    altered[at] = 1;
    assert.throws(() => readTar(altered), { code: 'SEAL_MALFORMED' }, `byte ${at}`);
  }
});

test('an archive cut anywhere, or with a size beyond its end, is refused', () => {
  const archive = writeTar([entry('a', 'x'.repeat(600)), entry('b')], MTIME);
  for (let length = 0; length < archive.length; length += 256) {
    assert.throws(() => readTar(archive.subarray(0, length)), { code: 'SEAL_MALFORMED' });
  }
  refused(
    forged((header) => header.write('77777777777\0', 124, 'latin1')),
    /8589934591 bytes and an end, found fewer/,
  );
});

test('an empty archive is two blocks of zeros', () => {
  assert.deepEqual(writeTar([], MTIME), Buffer.alloc(1024));
  assert.equal(readTar(Buffer.alloc(10_240)).size, 0);
  refused(Buffer.alloc(512), /two to end/);
});

test('a time that ustar cannot express is refused', () => {
  for (const mtime of [-1, 0.5, 8 ** 11, Number.NaN]) {
    assert.throws(() => writeTar([], mtime), { code: 'INVALID_INPUT', field: 'tar mtime' });
  }
});

test('random damage never gives anything but files or a refusal', () => {
  const archive = writeTar([entry('a'), entry('b/c', 'x'.repeat(700))], MTIME);
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.nat(255), (at, byte) => {
      const altered = Buffer.from(archive);
      altered[at] = byte;
      try {
        assert.deepEqual([...readTar(altered).keys()], ['a', 'b/c']);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'SEAL_MALFORMED');
      }
    }),
  );
});

const hasTar = spawnSync('tar', ['--version']).status === 0;

describe('with the tar command', { skip: hasTar ? false : 'no `tar` on PATH' }, () => {
  test('tar extracts what is written, with mode and time', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-tar-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const entries = [entry('one', ''), entry('a/two', 'x'.repeat(513)), entry('größe.md')];
    const run = spawnSync('tar', ['-x', '-C', folder], { input: writeTar(entries, MTIME) });
    assert.equal(run.status, 0);
    assert.equal(run.stderr.toString(), '');
    for (const { name, bytes } of entries) {
      assert.deepEqual(readFileSync(join(folder, name)), bytes);
      assert.equal(statSync(join(folder, name)).mtimeMs, MTIME * 1000);
    }
  });

  test('what tar writes as ustar is read', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-tar-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'file'), 'content');
    const run = spawnSync('tar', ['-c', '--format=ustar', '-C', folder, 'file']);
    assert.equal(run.status, 0);
    assert.deepEqual([...readTar(run.stdout)], [['file', Buffer.from('content')]]);
  });
});
