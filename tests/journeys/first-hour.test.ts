import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMPILED } from '../support/command-line.ts';

const ROOT = join(import.meta.dirname, '../..');
const TIMEOUT_MS = 180_000;

test('the first hour of README.md, copied into a shell, ends with a traced leak', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tocsin-hour-'));
  try {
    // The embedded database's own user must be able to enter, where we run as root.
    await chmod(home, 0o711);
    const { said, code } = await runShell(await scriptOf('README.md'), {
      HOME: home,
      ...COMPILED,
      PATH: `${await makePrograms(home)}:${process.env['PATH'] ?? ''}`,
      EXAMPLES: join(ROOT, 'examples'),
      TOCSIN_LISTEN: `127.0.0.1:${await freePort()}`,
    });
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /^tocsin(?:-reader)?: /m, 'no command complains');
    for (const expected of [
      /^Tocsin serves http/m,
      /^Approved /m,
      /^quarry-texts\/advisory\.md harbour-texts\/advisory\.md differ/m,
      /^ {2}verified$/m,
      /^This text matches the copy issued to “analyst” \([0-9a-f]{8}…\) of “harbour” /m,
      /^active → suspended$/m,
      /^nothing is open to you now$/m,
      /^export +\d+ ticks/m,
    ]) {
      assert.match(said, expected);
    }
    assertSays(said, await transcriptOf('README.md'));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** The blocks of the section, one script, but for the first: what it installs is this checkout. */
async function scriptOf(page: string): Promise<string> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const [, section = ''] = /^## The first hour\n([\s\S]*?)^## /m.exec(text) ?? [];
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  assert.ok(blocks.length > 5, 'the section has its blocks');
  return blocks.slice(1).join('\n');
}

/** The block of the page that shows what a trace says, as far as the page shows it. */
async function transcriptOf(page: string): Promise<string[]> {
  const blocks = (await readFile(join(ROOT, page), 'utf8')).matchAll(/^```.*\n([\s\S]*?)^```/gm);
  const [shown] = [...blocks].map(([, block = '']) => block).filter((b) => /^Copies id/m.test(b));
  return shown?.split('\n').filter((line) => line.trim() !== '') ?? [];
}

/** That all these lines were said in their order, whatever ids and figures were drawn. */
function assertSays(said: string, lines: readonly string[]): void {
  assert.ok(lines.length > 10, 'the page has its transcript');
  const rest = said.split('\n').map(drawn);
  for (const line of lines) {
    const whole = drawn(line.replace(/ …$/, ''));
    const isCut = line.endsWith(' …');
    const at = rest.findIndex((one) => one === whole || (isCut && one.startsWith(whole)));
    assert.notEqual(at, -1, `the page shows what is not said there: ${line}`);
    rest.splice(0, at + 1);
  }
}

function drawn(line: string): string {
  const even = line
    .trim()
    .replace(/ {2,}/g, '  ')
    .replace(/[0-9a-f]{8}…/g, 'ID');
  return even.replace(/\d[\d.,^]*(?:e-?\d+)?/g, 'N');
}

/** `tocsin` and `tocsin-reader` as an installation has them, from the sources. */
async function makePrograms(home: string): Promise<string> {
  const folder = join(home, 'bin');
  await mkdir(folder);
  for (const name of ['tocsin', 'tocsin-reader']) {
    const lines = [
      '#!/bin/sh',
      // The Node that runs the tests may be the one that the setup fetched.
      '[ "$1" = serve ] && set -- "$@" --repackaged-node',
      `exec '${process.execPath}' '${join(ROOT, 'src/cli', `${name}.ts`)}' "$@"`,
    ];
    await writeFile(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** Runs a script with bash and this environment alone; what it says on either stream, in order. */
function runShell(script: string, env: Record<string, string>) {
  return new Promise<{ readonly said: string; readonly code: number | null }>((resolve) => {
    const child = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // The server too: it is in the shell's process group, and then ends its database in order.
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGTERM'), TIMEOUT_MS);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ said, code });
    });
  });
}
