import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { armor } from './armor.ts';
import { generateIdentity } from './keys.ts';
import { open } from './open.ts';
import { seal } from './seal.ts';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 300_000];

const found = spawnSync('age', ['--version']).status === 0;

describe('with the age command', { skip: found ? false : 'no `age` on PATH' }, () => {
  const { identity, recipient } = generateIdentity();

  test('age opens what Tocsin seals, binary and armored', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-age-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const keyFile = join(folder, 'key.txt');
    writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });
    for (const size of SIZES) {
      const plaintext = Buffer.alloc(size, 'tocsin');
      const file = seal([generateIdentity().recipient, recipient], plaintext);
      for (const input of [file, Buffer.from(armor(file))]) {
        const run = spawnSync('age', ['-d', '-i', keyFile], { input });
        assert.equal(run.status, 0, run.stderr.toString());
        assert.deepEqual(run.stdout, plaintext);
      }
    }
  });

  test('Tocsin opens what age seals, binary and armored', () => {
    for (const size of SIZES) {
      const plaintext = Buffer.alloc(size, 'tocsin');
      for (const options of [[], ['-a']]) {
        const run = spawnSync('age', [...options, '-r', recipient], { input: plaintext });
        assert.equal(run.status, 0, run.stderr.toString());
        assert.deepEqual(open([identity], run.stdout), plaintext);
      }
    }
  });
});
