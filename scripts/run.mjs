/*
 * npm's scripts, one verb each: node scripts/run.mjs VERB [arguments]. Sets the checkout up first,
 * so that any verb works on a fresh one, and runs everything with a Node that is new enough.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ROOT, SetupError, setup } from './setup.mjs';
import { findTests, groupTests } from './test-groups.mjs';

const VERBS = {
  demo: (house, args) => house.run(house.node, [YOUNG, TOCSIN, 'demo', ...args], COMPILED),
  check,
  test: (house) => test(house, {}),
  'test-long': (house) => test(house, { TOCSIN_TEST_LONG: '1' }),
  build,
  generate: (house, args) => script(house, 'generate', args),
  interop: (house, args) => script(house, 'interop', args),
  format: (house) => house.run('biome', ['check', '--write', '--log-level=warn']),
  bench,
};

/** They look at the same files in different ways and run side by side. */
const LINTERS = [
  ['biome', ['ci', '--log-level=warn', ...(process.stdout.isTTY ? [] : ['--colors=off'])]],
  ['tsc', ['-p', '.']],
  ['oxlint', ['--type-aware', '--quiet', 'src', 'tests', 'bench']],
  ['knip', ['--no-progress']],
];

const TOCSIN = join('src', 'cli', 'tocsin.ts');

/** As `tocsin` starts itself, in the first line of src/cli/tocsin.ts: a bench runs what it runs. */
const YOUNG = '--max-semi-space-size=8';

/** What was stripped of its types and compiled once need not be again. */
const COMPILED = { NODE_COMPILE_CACHE: join(ROOT, '.tools', 'compiled') };

const [verb = '', ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(VERBS, verb)) {
    throw new SetupError(`expected one of ${Object.keys(VERBS).join(', ')}, found "${verb}"`);
  }
  const node = await setup(verb);
  process.exitCode = await VERBS[verb](openHouse(node), args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`tocsin: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * The Node to use, and how programs are started with it and the checkout's tools first on the path.
 */
function openHouse(node) {
  const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''];
  const environment = { ...process.env, PATH: path.join(delimiter) };
  return {
    node,
    /** In the foreground; resolves to the exit status. */
    run: (program, args, extra = {}) =>
      new Promise((resolve) => {
        const child = spawn(program, args, {
          cwd: ROOT,
          env: { ...environment, ...extra },
          stdio: 'inherit',
        });
        const release = passSignals(child);
        child.on('error', (error) => {
          process.stderr.write(`tocsin: ${program}: ${error.message}\n`);
          resolve(1);
        });
        child.on('close', (code) => {
          release();
          resolve(code ?? 1);
        });
      }),
    /** With its output kept; `stop` ends it early, with what it started. */
    start: (program, args, extra = {}) => {
      const child = spawn(program, args, {
        cwd: ROOT,
        env: { ...environment, ...extra },
        stdio: 'pipe',
        detached: true,
      });
      child.stdin.end();
      // In a group of its own no Ctrl-C reaches it by itself.
      const end = (signal) => {
        endGroup(child.pid);
        process.exitCode = signal === 'SIGINT' ? 130 : 143;
      };
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
      child.on('close', () => {
        for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, end);
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
          output += text;
        });
      }
      const done = new Promise((resolve) => {
        child.on('error', (error) => resolve({ code: 1, output: error.message }));
        child.on('close', (code) => resolve({ code: code ?? 1, output }));
      });
      return { done, stop: () => endGroup(child.pid) };
    },
  };
}

function endGroup(pid) {
  try {
    process.kill(-pid);
  } catch {
    // It has ended by itself.
  }
}

/** A Ctrl-C reaches the child by itself and it ends in order; a SIGTERM to us is passed on. */
function passSignals(child) {
  const onInterrupt = () => undefined;
  const onTerminate = () => child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return () => {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onTerminate);
  };
}

/** Static checks side by side, then the tests that need nothing but Node. */
async function check(house) {
  const total = noTests();
  const code = (await lint(house)) || (await runGroups(house, (group) => group.check, {}, total));
  summarise(total);
  return code;
}

async function test(house, environment) {
  const total = noTests();
  const code = (await lint(house)) || (await runGroups(house, () => true, environment, total));
  summarise(total);
  return code;
}

/** All at once; the first that fails stops the others, and only its output is shown. */
async function lint(house) {
  const runs = LINTERS.map(([program, args]) => ({ program, ...house.start(program, args) }));
  const passed = [];
  let failed = null;
  await Promise.all(
    runs.map(async (run) => {
      const { code, output } = await run.done;
      if (failed) return;
      if (code === 0) passed.push(run.program);
      else {
        failed = { program: run.program, output };
        for (const other of runs) other.stop();
      }
    }),
  );
  if (!failed) {
    process.stdout.write(`✔ ${passed.join(', ')}\n`);
    return 0;
  }
  process.stdout.write(`${failed.output.trimEnd()}\n✖ ${failed.program}\n`);
  return 1;
}

function noTests() {
  return { tests: 0, pass: 0, fail: 0, skipped: 0 };
}

/**
 * Runs the chosen groups, the later ones too when an earlier one fails: first those that share a
 * process each, side by side, then one by one those whose files have a process each.
 */
async function runGroups(house, chosen, environment, total) {
  const groups = groupTests(await findTests(ROOT)).filter(chosen);
  const work = await mkdtemp(join(tmpdir(), 'tocsin-run-'));
  const failed = [];
  const run = async (group, start) => {
    const counts = join(work, `${groups.indexOf(group)}.json`);
    const args = [...testArguments(group), ...group.files];
    const code = await start(args, {
      ...environment,
      TOCSIN_TEST_COUNTS: counts,
      // Some hundred processes load the same modules: they need not all strip and compile them.
      NODE_COMPILE_CACHE: join(work, 'compiled'),
    });
    add(total, JSON.parse(await readFile(counts, 'utf8').catch(() => '{}')));
    if (code !== 0) failed.push(group.name);
  };
  try {
    const shared = groups.filter((group) => group.shared);
    await Promise.all(shared.map((group) => run(group, (...how) => quietly(house, ...how))));
    for (const group of groups.filter((each) => !each.shared)) {
      await run(group, (...how) => house.run(house.node, ...how));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  if (failed.length > 0) process.stdout.write(`✖ ${failed.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}

/** Its output is shown when it has ended, so that those side by side do not mix. */
async function quietly(house, args, extra) {
  const { code, output } = await house.start(house.node, args, extra).done;
  process.stdout.write(output);
  return code;
}

function testArguments(group) {
  return [
    '--test',
    '--test-reporter=./scripts/test-reporter.mjs',
    '--test-reporter-destination=stdout',
    // The name that both Node 22 and later ones know.
    ...(group.shared
      ? ['--experimental-test-isolation=none']
      : // One more than there are processors: each waits for disk, database and clients.
        [`--test-concurrency=${availableParallelism() + 1}`]),
  ];
}

function add(total, counts) {
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
}

/** The last words, in the form node:test ends with. */
function summarise(total) {
  for (const [name, count] of Object.entries(total)) process.stdout.write(`ℹ ${name} ${count}\n`);
}

/**
 * The published package ships JavaScript: dist/ with migrations and pages, and the recipient's one
 * file.
 */
async function build(house) {
  await rm(join(ROOT, 'dist'), { recursive: true, force: true });
  const compiled = await house.run('tsc', ['-p', 'tsconfig.build.json']);
  if (compiled !== 0) return compiled;
  for (const folder of ['store/migrations', 'http/pages']) {
    const target = join(ROOT, 'dist', folder);
    await mkdir(target, { recursive: true });
    await cp(join(ROOT, 'src', folder), target, { recursive: true });
  }
  return script(house, 'build-reader', []);
}

async function script(house, name, args) {
  const scripts = await readdir(join(ROOT, 'scripts'));
  if (!scripts.includes(`${name}.mjs`)) throw new SetupError(`there is no scripts/${name}.mjs`);
  return house.run(house.node, [join('scripts', `${name}.mjs`), ...args]);
}

async function bench(house, [name, ...args]) {
  const names = await benches();
  if (name === undefined) {
    process.stdout.write(`npm run bench -- NAME [--json], NAME one of: ${names.join(', ')}\n`);
    return 0;
  }
  if (!names.includes(name)) {
    throw new SetupError(`expected a bench of ${names.join(', ')}, found "${name}"`);
  }
  return house.run(house.node, [YOUNG, join('bench', `${name}.ts`), ...args]);
}

/** The files of bench/ that no other imports: those imported are parts of a bench. */
async function benches() {
  const folder = join(ROOT, 'bench');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return files
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => !texts.some((text) => text.includes(`'./${file}'`)))
    .map((file) => file.slice(0, -'.ts'.length));
}
