import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { counts } from '../counts.ts';
import { openWorkFolder, postgresLeftIn } from '../support/command-line.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What the package is made from. A checkout of its own, so that `dist/` of ours stays as it is. */
const SOURCES = [
  ...['src', 'scripts', 'policies', 'examples', 'docs', 'README.md', 'LICENSE'],
  ...['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'tsconfig.build.json'],
];

suite('npm pack, installed elsewhere, gives a working tocsin', () => {
  let folder: Awaited<ReturnType<typeof openWorkFolder>>;
  let tarball: string;
  let installed: string;

  before(async () => {
    folder = await openWorkFolder();
    const checkout = join(folder.path, 'checkout');
    for (const source of SOURCES) {
      await cp(join(ROOT, source), join(checkout, source), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    await run('npm', ['pack', '--pack-destination', folder.path], { cwd: checkout, env: ours() });
    const [name = ''] = (await readdir(folder.path)).filter((file) => file.endsWith('.tgz'));
    tarball = join(folder.path, name);
    installed = await unpack(tarball, join(folder.path, 'elsewhere'));
  });

  after(() => folder.remove());

  const env = () => ({ HOME: folder.path, TOCSIN_DATA: join(folder.path, 'data') });
  const tocsin = async (...args: string[]) => {
    const program = join(installed, 'dist/cli/tocsin.js');
    return (await run(process.execPath, [program, ...args], { cwd: folder.path, env: env() }))
      .stdout;
  };

  test('it knows its version and its packs', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal(await tocsin('--version'), `${version}\n`);
    assert.match(await tocsin('policy', 'check', 'mapp'), /^mapp: nothing found/);
  });

  test('it makes its database, with its migrations, and ends it', async () => {
    const programme = ['Early warning', '--pack', 'mapp', '--reader-cap', '10'];
    assert.match(await tocsin('admin', 'programme', 'create', ...programme), /^Created /);
    assert.deepEqual(await postgresLeftIn(folder.path), []);
  });

  test('the recipient’s program is in it, as one file and as a command', async () => {
    for (const file of ['dist/tocsin-reader.mjs', 'dist/cli/tocsin-reader.js']) {
      const { stdout } = await run(process.execPath, [join(installed, file), '--version']);
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    }
  });

  test('the example, the outside verifier and the documents are in it, no test is', async () => {
    const found = await readdir(installed, { recursive: true });
    for (const file of [
      'examples/sharepoint-2025-07/alert.yaml',
      'examples/invented.yaml',
      'scripts/verify-ledger.mjs',
      'docs/cli.md',
    ]) {
      assert.ok(found.includes(file), file);
    }
    assert.deepEqual(
      found.filter((file) => /\.test\.|testdata|\.tools/.test(file)),
      [],
    );
  });

  // What npm itself does with it needs the registry.
  if (counts.registry) {
    test('npm installs it with its dependencies, and links its commands', async () => {
      const project = join(folder.path, 'project');
      await mkdir(project);
      await writeFile(join(project, 'package.json'), '{"name":"project","private":true}');
      const quiet = ['--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit'];
      await run('npm', ['install', tarball, ...quiet], { cwd: project, env: ours() });
      const bin = join(project, 'node_modules/.bin/tocsin');
      const { stdout } = await run(bin, ['policy', 'check', 'mapp-poc-only'], { env: ours() });
      assert.match(stdout, /nothing found/);
    });
  }
});

/** Our environment, with the Node that runs this test first: scripts of npm use what they find. */
function ours(): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  return { ...process.env, PATH: path };
}

/**
 * Unpacks a tarball as npm would, beside the packages it declares and no others: one that it only
 * uses in development would be missed.
 */
async function unpack(tarball: string, folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', modules]);
  const place = join(modules, 'package');
  const { dependencies, optionalDependencies } = JSON.parse(
    await readFile(join(place, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  return place;
}
