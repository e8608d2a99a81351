/* Which tests run where: a pure function over the files of the checkout, and its inputs. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Folders of src/ whose tests need a database, a process or a socket. */
const WITH_DATABASE = ['store', 'programme', 'http', 'worker', 'main', 'cli', 'participant'];

/** Of the conformance tests those of our pages against our code: seconds, and nothing but Node. */
const PAGES = [
  'docs',
  'policy-rules',
  'event-page',
  'embargo-page',
  'timing-page',
  'eligibility-and-use-pages',
  'pack-pages',
].map((name) => `tests/conformance/${name}.test.ts`);

/**
 * The groups in the order they run. `check` runs those marked so, `test` all. Pure tests share a
 * process, half of them another; the others get one each, since they start servers and change the
 * environment.
 */
export function groupTests(files) {
  const under = (...folders) =>
    files.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)));
  const database = under(...WITH_DATABASE.map((folder) => `src/${folder}`));
  const pure = under('src').filter((file) => !database.includes(file));
  // About half of the time, and so the half that a second processor takes.
  const decoder = under('src/marking/decoder');
  const conformance = under('tests/conformance');
  const pages = conformance.filter((file) => PAGES.includes(file));
  const others = conformance.filter((file) => !pages.includes(file));
  const groups = [
    { name: 'architecture', check: true, shared: true, files: under('tests/architecture') },
    { name: 'pages', check: true, shared: true, files: pages },
    { name: 'scripts', check: true, shared: true, files: under('scripts') },
    { name: 'decoder', check: true, shared: true, files: decoder },
    {
      name: 'other pure units',
      check: true,
      shared: true,
      files: pure.filter((file) => !decoder.includes(file)),
    },
    { name: 'units with a database', check: false, shared: false, files: database },
    { name: 'postgres', check: false, shared: false, files: under('tests/postgres') },
    { name: 'journeys', check: false, shared: false, files: under('tests/journeys') },
    { name: 'conformance', check: false, shared: false, files: others },
  ];
  // Run by `npm run interop` alone: they need programs that the product does not.
  const grouped = new Set([...groups.flatMap((group) => group.files), ...under('tests/interop')]);
  const forgotten = files.filter((file) => !grouped.has(file));
  return [...groups, { name: 'others', check: false, shared: false, files: forgotten }].filter(
    (group) => group.files.length > 0,
  );
}

/** Every test file below `folders`, as sorted paths from `root` with `/`. */
export async function findTests(root, folders = ['src', 'tests', 'scripts']) {
  const found = await Promise.all(
    folders.map((folder) => readdir(join(root, folder), { recursive: true, withFileTypes: true })),
  );
  return found
    .flat()
    .filter((entry) => entry.isFile() && /\.test\.m?[jt]s$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.split(sep).join('/'))
    .sort();
}
