import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type QuietWorld, quietWorld } from '../../tests/support/quiet-world.ts';
import { run } from './program.ts';

const POLICIES = join(import.meta.dirname, '../../policies');

suite('policy explain', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-explain-'));
    await cp(join(POLICIES, 'mapp'), join(folder, 'ours'), { recursive: true });
    await rm(join(folder, 'ours', 'README.md'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Explains a pack in a world that keeps what is printed. */
  async function explain(...args: string[]): Promise<QuietWorld> {
    const world = quietWorld({ cwd: folder });
    await run(['policy', 'explain', ...args], world);
    return world;
  }

  test('a pack that came with Tocsin gives the page that lies in its folder', async () => {
    const page = (await explain('openssl')).stdout();
    assert.equal(page, await readFile(join(POLICIES, 'openssl', 'README.md'), 'utf8'));
  });

  test('a folder without a page, its lead changed, is explained as changed', async () => {
    const file = join(folder, 'ours', 'programme.yaml');
    const table = await readFile(file, 'utf8');
    await writeFile(file, table.replace('entry: 24h', 'entry: 48h'));
    const page = (await explain('ours')).stdout();
    assert.match(page, /\| proof of concept \| 14 days .* \| 2 days before disclosure \| never \|/);
    const { pack, usual } = JSON.parse((await explain('ours', '--json')).stdout()) as {
      pack: string;
      usual: readonly unknown[];
    };
    assert.equal(pack, 'mapp');
    assert.ok(
      usual.some((each) => JSON.stringify(each).includes('"tier":"entry","when":"2 days before')),
    );
  });

  test('a folder that is no pack is refused with the file', async () => {
    await writeFile(join(folder, 'ours', 'words.yaml'), 'tiers: {}');
    const world = await explain('ours');
    assert.equal(world.stdout(), '');
    assert.match(world.stderr(), /POLICY_INVALID: words\.yaml:1: missing/);
    assert.equal(world.status(), 2);
  });
});
