import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PaperIssuer, START } from '../../tests/support/paper-issuer.ts';
import { joinedReader } from '../../tests/support/paper-reader.ts';
import { contentPath, readCopyFile, writeNew } from './copy-files.ts';
import { openCopy } from './open-copy.ts';

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-reader-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('content goes into the folder under its own name, plainly', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  for (const [name, path] of [
    ['guidance.md', 'in/guidance.md'],
    ['.profile', 'in/_profile'],
    ['--help', 'in/_-help'],
    ['..x', 'in/_.x'],
  ] as const) {
    const file = issuer.deliver(enrolled, START, { manifest: { name } });
    assert.equal(contentPath('in', await openCopy(session, file)), path);
  }
});

test('a file too large for a copy is refused before it is read', async (t) => {
  const path = join(await temporary(t), 'large.age');
  const file = await open(path, 'w');
  await file.truncate(64 * 1024 * 1024 + 1);
  await file.close();
  await assert.rejects(readCopyFile(path), { code: 'LIMIT_EXCEEDED' });
});

test('of many who write the same new file one succeeds, and its bytes are whole', async (t) => {
  const folder = await temporary(t);
  const path = join(folder, 'a', 'file');
  const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(50_000));
  const ends = await Promise.allSettled(texts.map((text) => writeNew(path, text)));
  assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.ok(texts.includes(await readFile(path, 'utf8')));
  assert.deepEqual(await readdir(join(folder, 'a')), ['file']);
  await assert.rejects(writeNew(path, 'x'), { code: 'CONFLICT' });
});
