import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ran, run } from '../support/command-line.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOCSIN = join(import.meta.dirname, '../../src/cli/tocsin.ts');

function migrate(cwd: string): Promise<Ran> {
  return run({ cwd, env: { HOME: cwd, TOCSIN_DATA: join(cwd, 'data') } }, 'tocsin', 'migrate');
}

/** The same where no file may have a byte: a limit of the process, for whoever cannot mount. */
function migrateWithoutRoom(cwd: string): Promise<Ran> {
  const env = { HOME: cwd, TOCSIN_DATA: join(cwd, 'data') };
  const script = 'ulimit -f 0 && exec "$0" "$@"';
  const args = ['-c', script, process.execPath, TOCSIN, 'migrate'];
  return new Promise((resolve) => {
    execFile('sh', args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('a first start that found no room, or died, would leave a folder of no use', async () => {
  const folder = await temporaryFolder();
  const data = join(folder, 'data');
  try {
    // As a new volume comes, and as a start leaves it that is killed while it writes its key.
    await mkdir(join(data, 'lost+found'), { recursive: true });
    await writeFile(join(data, 'master.key.new'), '');
    const { code, stderr } = await migrateWithoutRoom(folder);
    assert.match(stderr, new RegExp(`^tocsin: STORE_FULL: ${join(data, 'master.key')}: .*EFBIG`));
    assert.equal(code, 6);
    assert.deepEqual(await readdir(data), ['lost+found']);
    await writeFile(join(data, 'master.key.new'), '');
    assert.equal((await migrate(folder)).code, 0);
    assert.match(await readFile(join(data, 'master.key'), 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.ok(!(await readdir(data)).includes('master.key.new'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a first start on a full disk, whatever it is at when the room ends', async (context) => {
  const disk = await mountSmallDisk(3);
  if ('reason' in disk) return context.skip(disk.reason);
  const data = join(disk.path, 'data');
  const left = async () => (await readdir(data)).toSorted();
  const refused = async ({ code, stderr }: Ran, named: RegExp, kept: readonly string[]) => {
    assert.match(stderr, /^tocsin: STORE_FULL: /);
    assert.match(stderr, named);
    assert.equal(code, 6);
    assert.deepEqual(await left(), kept);
  };
  try {
    await disk.fill();
    await refused(await migrate(disk.path), new RegExp(join(data, 'master.key')), []);
    await disk.fill(4);
    await refused(await migrate(disk.path), /initdb failed.*No space left/s, ['master.key']);
    await disk.empty();
    // The cluster is made whole or not at all; then the schema grows in it.
    for (let mib = 38; ; mib += 4) {
      assert.ok(mib < 100, 'expected room enough for a database');
      await disk.resize(mib);
      const ran = await migrate(disk.path);
      if (ran.code === 0) break;
      const hasCluster = (await left()).includes('cluster');
      const kept = hasCluster ? ['cluster', 'master.key'] : ['master.key'];
      await refused(ran, hasCluster ? /no space left|PostgreSQL/ : /failed, nothing/, kept);
    }
  } finally {
    await disk.unmount();
  }
});
