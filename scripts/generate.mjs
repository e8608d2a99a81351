/*
 * Makes the committed files that follow from the sources, in place: `npm run generate`. A test says
 * when one has fallen behind.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeApi } from '../src/http/openapi.ts';

const ROOT = join(import.meta.dirname, '..');

await generate('openapi.json', await describeApi());

async function generate(file, text) {
  await writeFile(join(ROOT, file), text);
  const format = ['format', '--write', '--log-level=warn', file];
  const { status } = spawnSync('biome', format, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0)
    throw new Error(`${file}: expected biome to format it, it ended with ${status}`);
  process.stdout.write(`${file}\n`);
}
