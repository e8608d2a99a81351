/*
 * Makes the committed files that follow from the sources, in place: `npm run generate`. A test says
 * when one has fallen behind.
 */
import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeApi } from '../src/http/openapi.ts';
import { explainFiles, packAt } from '../src/main/pack-folder.ts';
import { policyRulesPage } from '../tests/support/policy-rules.ts';

const ROOT = join(import.meta.dirname, '..');

await generate('openapi.json', await describeApi());
await generate('docs/policy-rules.md', policyRulesPage());
format('openapi.json');
for (const pack of await readdir(join(ROOT, 'policies'))) {
  const folder = join('policies', pack);
  await generate(join(folder, 'README.md'), explainFiles((await packAt(folder, ROOT)).files).page);
}

async function generate(file, text) {
  await writeFile(join(ROOT, file), text);
  process.stdout.write(`${file}\n`);
}

function format(file) {
  const args = ['format', '--write', '--log-level=warn', file];
  const { status } = spawnSync('biome', args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0)
    throw new Error(`${file}: expected biome to format it, it ended with ${status}`);
}
