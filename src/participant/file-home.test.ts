import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PaperIssuer, START, TICK_MS } from '../../tests/support/paper-issuer.ts';
import { fileHome } from './file-home.ts';
import { watchLog } from './follow-log.ts';
import { join } from './join.ts';
import { loadMember, openSession } from './session.ts';
import { verifyCopy } from './verify-copy.ts';

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'tocsin-reader-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('what is written is read, by another process too; what was not is null', async (t) => {
  const folder = joinPath(await temporary(t), 'a', 'home');
  await fileHome(folder).write('sub/x.txt', 'one');
  await fileHome(folder).write('sub/x.txt', 'two');
  assert.equal((await fileHome(folder).read('sub/x.txt'))?.toString(), 'two');
  assert.equal(await fileHome(folder).read('y.txt'), null);
  assert.deepEqual(await readdir(joinPath(folder, 'sub')), ['x.txt'], 'nothing else is left');
});

test('every file of a reader at work is its owner’s alone, and so is every folder', async (t) => {
  const folder = joinPath(await temporary(t), 'home');
  const issuer = new PaperIssuer();
  const session = openSession(fileHome(folder), issuer.fetch, () => START);
  const { token } = await join(session, issuer.invite());
  const enrolled = issuer.readers.get(token);
  assert.ok(enrolled);
  const file = issuer.deliver(enrolled);
  issuer.tick(START, { without: true });
  await watchLog(session);
  assert.equal((await verifyCopy(session, file, START + 3 * TICK_MS)).state, 'broken');

  assert.equal(await modeOf(folder), 0o700);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  for (const name of ['identity.txt', 'signing-key.txt', 'membership.json', 'checkpoint.txt']) {
    assert.ok(files.includes(name), name);
  }
  assert.ok(files.includes('promise.json'));
  for (const entry of entries) {
    const path = joinPath(entry.parentPath, entry.name);
    assert.equal(await modeOf(path), entry.isDirectory() ? 0o700 : 0o600, path);
  }
});

test('a key that others may have read is not used, and the remedy is said', async (t) => {
  const folder = joinPath(await temporary(t), 'home');
  const issuer = new PaperIssuer();
  const session = openSession(fileHome(folder), issuer.fetch, () => START);
  await join(session, issuer.invite());
  await chmod(joinPath(folder, 'identity.txt'), 0o640);
  await assert.rejects(loadMember(session), {
    code: 'CONFIG_INVALID',
    message: /identity\.txt: expected mode 0600, found 0640.*chmod 0600/,
  });
});

test('no key is written where others can enter, and no invitation spent', async (t) => {
  const folder = joinPath(await temporary(t), 'home');
  await mkdir(folder, { mode: 0o755 });
  const issuer = new PaperIssuer();
  const session = openSession(fileHome(folder), issuer.fetch, () => START);
  await assert.rejects(join(session, issuer.invite()), { code: 'CONFIG_INVALID' });
  assert.equal(issuer.invitations.size, 1);
  assert.deepEqual(await readdir(folder), []);
});

test('a write that fails leaves the old bytes and nothing else', async (t) => {
  const folder = joinPath(await temporary(t), 'home');
  const home = fileHome(folder);
  await home.write('x', 'old');
  await mkdir(joinPath(folder, 'y'), { mode: 0o700 });
  await assert.rejects(home.write('y', 'a folder has that name'));
  assert.deepEqual((await readdir(folder)).sort(), ['x', 'y']);
  assert.equal((await home.read('x'))?.toString(), 'old');
});
