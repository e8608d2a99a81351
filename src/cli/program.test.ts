import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Command } from 'commander';
import { quietWorld } from '../../tests/support/quiet-world.ts';
import type { FetchLike } from '../participant/session.ts';
import { buildProgram, run } from './program.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');

/** Commands that do something, with the words they are called by. */
function commandsOf(command: Command, before: readonly string[] = []): [string, Command][] {
  const words = [...before, command.name()];
  const below = command.commands
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => commandsOf(child, words));
  const acts = command.registeredArguments.length > 0 || below.length === 0;
  return acts ? [[words.join(' '), command], ...below] : below;
}

const commands = commandsOf(buildProgram(quietWorld()));

suite('help and docs/cli.md agree', () => {
  test('every command has a line on the page, and every line is of a command', () => {
    const documented = [...page.matchAll(/^\| `(tocsin [^`]+)`/gm)].map(([, usage = '']) => {
      const words = usage.split(' ');
      const end = words.findIndex((word, i) => i > 0 && !/^[a-z]+(-[a-z]+)*$/.test(word));
      return words.slice(0, end < 0 ? words.length : end).join(' ');
    });
    assert.deepEqual(documented.toSorted(), commands.map(([name]) => name).sort());
  });

  test('required arguments and options are on its line, and no other option is unknown', () => {
    for (const [name, command] of commands) {
      const line = new RegExp(`^\\| \`(${name}(?: [^a-z\`][^\`]*)?)\`.*$`, 'm').exec(page) ?? [];
      const [whole = '', usage = ''] = line;
      for (const { required } of command.registeredArguments.filter((one) => one.required)) {
        assert.ok(required && /[A-Z]/.test(usage), `${name}: its argument`);
      }
      for (const { mandatory, long } of command.options) {
        if (mandatory) assert.ok(usage.includes(long ?? ''), `${name} ${long}`);
      }
      const known = command.options.map(({ long }) => long);
      for (const [option] of whole.matchAll(/--[a-z0-9-]+/g)) {
        assert.ok(known.includes(option), `${name}: the page has ${option}`);
      }
    }
  });

  test('every command but the demonstration prints JSON when asked', () => {
    for (const [name, command] of commands) {
      const json = command.options.find(({ long }) => long === '--json');
      assert.equal(json?.isBoolean(), name !== 'tocsin demo', name);
    }
  });

  test('no command takes a token as an argument', () => {
    for (const [name, command] of commands) {
      const options = command.options.map(({ long }) => long);
      assert.ok(!options.includes('--token'), name);
    }
  });
});

suite('a command line that is none', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown option', ['alert', 'list', '--frob'], /'--frob'/],
    ['an unknown command', ['alert', 'plam', 'x'], /'plam'/],
    ['too many arguments', ['policy', 'check', 'mapp', 'surplus'], /too many arguments/],
    ['a missing argument', ['alert', 'plan'], /'alert'/],
    ['a missing option', ['alert', 'approve', 'x'], /--plan/],
    ['a word that is none of the choices', ['alert', 'new', '--tlp', 'PINK'], /PINK.*RED/],
    ['a malformed id', ['alert', 'plan', 'x'], /alert: expected a lower-case UUIDv4/],
  ];
  for (const [name, args, message] of wrong) {
    test(`${name} ends with status 2 and is named`, async () => {
      const world = quietWorld({ env: { TOCSIN_TOKEN: 'tocsin_x' } });
      await run(args, world);
      assert.equal(world.status(), 2);
      assert.match(world.stderr(), /^tocsin: INVALID_INPUT: /);
      assert.match(world.stderr(), message);
      assert.equal(world.stdout(), '');
    });
  }

  test('with --json the error is JSON', async () => {
    const world = quietWorld();
    await run(['alert', 'plan', 'x', '--frob', '--json'], world);
    const { error } = JSON.parse(world.stderr()) as { error: Record<string, unknown> };
    assert.equal(error['code'], 'INVALID_INPUT');
    assert.match(String(error['message']), /--frob/);
  });
});

test('a group without a verb shows what there is, with status 2; help has status 0', async () => {
  const world = quietWorld();
  await run(['alert'], world);
  assert.equal(world.status(), 2);
  assert.match(world.stderr(), /approve/);
  const helped = quietWorld();
  await run(['alert', '--help'], helped);
  assert.equal(helped.status(), 0);
  assert.match(helped.stdout(), /approve/);
});

test('a file beyond the limit is refused before it is read or sent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-large-'));
  try {
    // Sparse: it takes no room.
    await writeFile(join(folder, 'large.md'), '');
    await truncate(join(folder, 'large.md'), 100 * 1024 * 1024);
    const id = '00000000-0000-4000-8000-000000000000';
    for (const args of [
      ['alert', 'add', id, 'large.md', '--kind', 'advisory'],
      ['import', 'large.md'],
    ]) {
      const world = quietWorld({ cwd: folder, env: { TOCSIN_TOKEN: 'tocsin_x' } });
      await run(args, world);
      assert.equal(world.status(), 2);
      assert.match(world.stderr(), /LIMIT_EXCEEDED: .*large\.md: expected at most 16777216 bytes/);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what follows a verb of trace is the verb’s own', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const asked: string[] = [];
  const fetch: FetchLike = async (url) => {
    asked.push(url);
    return Response.json({ approved: true });
  };
  const world = quietWorld({ env: { TOCSIN_TOKEN: 'tocsin_x' }, fetch });
  await run(['trace', 'approve', id, '--url', 'https://psirt.example', '--json'], world);
  assert.deepEqual(asked, [`https://psirt.example/v1/sightings/${id}/approval`]);
  assert.equal(world.stdout(), '{"approved":true}\n');
});

test('a message cannot move the cursor', async () => {
  const world = quietWorld();
  await run(['alert', 'list', '--\u001b[2J'], world);
  assert.ok(!world.stderr().includes('\u001b'));
});
