import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { foreignInputs } from '../tests/architecture/reader-bundle.ts';
import { buildReader } from './build-reader.mjs';

const ROOT = join(import.meta.dirname, '..');
let built;
before(async () => {
  built = await buildReader();
});

async function temporary(t) {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-build-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('the bundle holds only what a recipient needs, and nothing of marking', () => {
  assert.ok(built.inputs.includes('src/participant/verify-copy.ts'));
  assert.deepEqual(foreignInputs(built.inputs), []);
});

test('the same bytes on every build, in whatever folder the checkout lies', async (t) => {
  assert.deepEqual((await buildReader()).bytes, built.bytes);
  const elsewhere = await temporary(t);
  for (const part of ['src', 'scripts', 'package.json']) {
    await cp(join(ROOT, part), join(elsewhere, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
  const script = pathToFileURL(join(elsewhere, 'scripts', 'build-reader.mjs')).href;
  const there = await (await import(script)).buildReader();
  assert.deepEqual(there.bytes, built.bytes);
});

test('it can be read: no path of a machine, no source map, comments at their code', async () => {
  const text = built.bytes.toString();
  assert.match(text, /^#!\/usr\/bin\/env node\n\/\/ tocsin-reader \d+\.\d+\.\d+, Apache-2\.0\./);
  assert.ok(!text.includes(ROOT));
  assert.ok(!/sourceMappingURL|\/\*!/.test(text));
  assert.match(text, / \*\/\nasync function verifyCopy\(/);
  assert.ok(Math.max(...text.split('\n').map((line) => line.length)) < 300);
});

test('keeping the comments changes no code', async () => {
  const minified = async (code) =>
    (await transform(code, { minify: true, format: 'esm', legalComments: 'none' })).code;
  const without = built.bytes.toString().replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '');
  assert.equal(await minified(built.bytes.toString()), await minified(without));
});

test('it imports nothing but built-ins of Node', () => {
  const imported = [...built.bytes.toString().matchAll(/^import .* from "(.*)";$/gm)];
  assert.ok(imported.length > 5);
  for (const [, name] of imported) {
    assert.ok(name.startsWith('node:') && builtinModules.includes(name.slice(5)), name);
  }
});

test('it runs under Node by itself', async (t) => {
  const folder = await temporary(t);
  const file = join(folder, 'tocsin-reader.mjs');
  await writeFile(file, built.bytes);
  const start = (...args) =>
    spawnSync(process.execPath, [file, ...args], {
      cwd: folder,
      env: { HOME: folder },
      encoding: 'utf8',
    });
  const help = start('--help');
  assert.equal(help.status, 0, help.stderr);
  assert.match(help.stdout, /^tocsin-reader \d/);
  assert.equal(start('verify').status, 2);
  const early = start('inbox');
  assert.equal(early.status, 1);
  assert.match(early.stderr, /\.tocsin-reader: expected a reader that has joined, found none/);
});
