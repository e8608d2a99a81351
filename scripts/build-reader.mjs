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
  const text = restoreDocComments(output.text);
  return { bytes: Buffer.from(text), inputs: Object.keys(result.metafile.inputs).sort() };
}

/** A doc comment after its opening, to the end of its last line. */
const COMMENT = String.raw`((?:(?!\*/)[\s\S])*\*/\n)`;
const DECLARATION = String.raw`(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)`;
/** With the name of the value it belongs to; types are not in a bundle. */
const OF_VALUE = new RegExp(String.raw`^/\*\*${COMMENT}(?=${DECLARATION})`, 'gm');
/** At the very beginning, before the imports: it speaks of the whole file. */
const OF_FILE = new RegExp(String.raw`^/\*\*${COMMENT}(?=import )`);
const MARKED = new RegExp(String.raw`^/\*!(\w*)!${COMMENT}(?=(.*))`, 'gm');

/**
 * A bundler drops all comments but those marked as legal; whoever audits needs the others more.
 * Marks doc comments so, for the time of the build, each with the name of what it belongs to.
 */
const keepDocComments = {
  name: 'keep-doc-comments',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const marked = source
        .replace(OF_FILE, '/*!!$1')
        .replace(OF_VALUE, (_, comment, name) => `/*!${name}!${comment}`);
      return { loader: 'ts', contents: marked };
    });
  },
};

/**
 * Turns the marks back into doc comments, and takes out those of what the bundle left out. A
 * bundler may have put a number after a name, where two files use the same.
 */
function restoreDocComments(text) {
  return text.replace(MARKED, (_, name, comment, next) => {
    const own = new RegExp(`^(?:async )?(?:function\\*?|var|class) ${name}\\d*\\b`);
    return name === '' || own.test(next) ? `/**${comment}` : '';
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes } = await buildReader();
  await mkdir(dirname(TARGET), { recursive: true });
  await writeFile(TARGET, bytes, { mode: 0o755 });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  process.stdout.write(`dist/tocsin-reader.mjs  ${bytes.length} bytes  sha256 ${sha256}\n`);
}
