/*
 * Builds dist/tocsin-reader.mjs, the one file that a recipient runs and may audit: not minified,
 * no source map, its functions documented, nothing of the machine it is built on, so that everybody
 * who builds this version gets the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = join(ROOT, 'dist', 'tocsin-reader.mjs');

/** The bundle, and the files of the checkout that are in it. */
export async function buildReader() {
  const { version, license } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/tocsin-reader.ts'],
    outfile: TARGET,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    charset: 'utf8',
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    // Whatever configuration lies in a folder above the checkout has no say.
    tsconfigRaw: {},
    plugins: [keepDocComments],
    banner: {
      js: [
        `// tocsin-reader ${version}, ${license}. What it checks: docs/reader.md, docs/formats/.`,
        '// Built from the files named below, without dependencies; each version has one build.',
      ].join('\n'),
    },
  });
  const [output] = result.outputFiles;
  const text = withoutOrphans(output.text).replace(/^( *)\/\*!/gm, '$1/**');
  return { bytes: Buffer.from(text), inputs: Object.keys(result.metafile.inputs).sort() };
}

/**
 * A bundler drops all comments but those marked as legal; whoever audits needs the others more.
 * Marks doc comments so, for the time of the build.
 */
const keepDocComments = {
  name: 'keep-doc-comments',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { loader: 'ts', contents: source.replace(/^( *)\/\*\*/gm, '$1/*!') };
    });
  },
};

/**
 * Takes out the comments of what is not in the bundle (types, functions nobody calls): those that
 * no code follows, unless they are the first of their file and speak of all of it.
 */
function withoutOrphans(text) {
  const kept = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let end = at;
    if (lines[at].trimStart().startsWith('/*!')) {
      while (!lines[end].endsWith('*/')) end++;
      const next = lines[end + 1] ?? '';
      const orphan = next === '' || next.startsWith('/*!');
      if (orphan && !kept.at(-1)?.startsWith('// src/')) {
        at = end;
        continue;
      }
    }
    kept.push(...lines.slice(at, end + 1));
    at = end;
  }
  return kept.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes } = await buildReader();
  await mkdir(dirname(TARGET), { recursive: true });
  await writeFile(TARGET, bytes, { mode: 0o755 });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  process.stdout.write(`dist/tocsin-reader.mjs  ${bytes.length} bytes  sha256 ${sha256}\n`);
}
