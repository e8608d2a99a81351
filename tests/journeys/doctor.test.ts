import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run as runHere } from '../../src/cli/program.ts';
import type { Check } from '../../src/domain/checkup.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { checkUp } from '../../src/programme/ledger/check-up.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { openWorkFolder, run, type Terminal } from '../support/command-line.ts';
import { type House, openHouse } from '../support/house.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('what the doctor finds in the database', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
    await runTick(house.context, house.clock.now());
  });
  after(() => house.tearDown());

  const found = async () => {
    const checks = await checkUp(house.context, house.clock.now());
    return new Map(checks.map((check) => [check.what, check]));
  };
  const stateOf = async (what: string) => (await found()).get(what)?.state;

  test('of a house in order: no fault, and what is still to be done', async () => {
    const checks = [...(await found()).values()];
    assert.deepEqual(
      checks.filter(({ state }) => state === 'fault'),
      [],
    );
    // Its clock is a virtual one, far from the database's.
    assert.deepEqual(
      checks.filter(({ state }) => state === 'warning').map(({ what }) => what),
      ['clock', 'custody'],
    );
    assert.ok(checks.every(({ state, remedy }) => (state === 'ok') === (remedy === null)));
  });

  test('a wave that waits, and a ledger that stands still', async () => {
    const { firstWave } = await smallAlert(house);
    house.clock.set(firstWave);
    assert.equal(await stateOf('releases'), 'warning');
    assert.equal(await stateOf('ledger'), 'fault');
    await house.cycle();
    await runTick(house.context, plus(house.clock.now(), HOUR_MS));
    assert.equal(await stateOf('releases'), 'ok');
    assert.equal(await stateOf('ledger'), 'ok');
  });

  test('that nobody is left to be the second person', async () => {
    const holder = { kind: 'person', id: house.approver.id } as const;
    await endTokens(house.context, holder, SYSTEM, house.clock.now());
    assert.equal(await stateOf('author and approver'), 'fault');
    assert.match((await found()).get('author and approver')?.remedy ?? '', /--scopes approver$/);
  });
});

test('the doctor of a fresh installation names each thing to do, and ends with 1', async () => {
  const folder = await openWorkFolder();
  const terminal: Terminal = {
    cwd: folder.path,
    env: { HOME: folder.path, TOCSIN_DATA: join(folder.path, 'data'), TOCSIN_LISTEN: '0.0.0.0:0' },
  };
  try {
    const programme = ['programme', 'create', 'P', '--pack', 'mapp', '--reader-cap', '10'];
    assert.equal((await run(terminal, 'tocsin', 'admin', ...programme)).code, 0);
    const key = join(folder.path, 'data', 'master.key');
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    const { code, stdout } = await run(
      terminal,
      'tocsin',
      ...['doctor', '--json', '--url', 'http://warnings.example'],
    );
    assert.equal(code, 1);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    const states = Object.fromEntries(checks.map(({ what, state }) => [what, state]));
    const { node: _, disk: __, ...rest } = states;
    assert.deepEqual(rest, {
      origin: 'fault',
      listen: 'warning',
      'public url': 'fault',
      'master key': 'warning',
      tls: 'fault',
      database: 'ok',
      clock: 'ok',
      ledger: 'warning',
      releases: 'ok',
      programme: 'ok',
      'author and approver': 'fault',
      'investigator and approver': 'fault',
      'manager and approver': 'fault',
      operators: 'fault',
      custody: 'warning',
      mail: 'ok',
    });
    await chmod(key, 0o644);
    const refused = await run(terminal, 'tocsin', 'doctor');
    assert.equal(refused.code === 0, false);
  } finally {
    await folder.remove();
  }
});

test('the first run asks for what it is not told, and appoints two who can run it', async () => {
  const folder = await openWorkFolder();
  const env = {
    HOME: folder.path,
    TOCSIN_DATA: join(folder.path, 'data'),
    TOCSIN_ORIGIN: 'warnings.example/ledger',
  };
  const terminal: Terminal = { cwd: folder.path, env };
  try {
    const unnamed = { ...terminal, env: { ...env, TOCSIN_ORIGIN: '' } };
    const refused = await run(unnamed, 'tocsin', 'init', '--name', 'P', '--pack', 'mapp');
    assert.match(refused.stderr, /CONFIG_INVALID: TOCSIN_ORIGIN: expected a name of your own/);
    const nobody = await run(terminal, 'tocsin', 'init', '--name', 'P');
    assert.match(nobody.stderr, /INVALID_INPUT: --pack: expected it, found none/);
    assert.equal((await stat(env.TOCSIN_DATA).catch(() => null)) === null, true, 'nothing is made');
    const asked: string[] = [];
    const answers = ['Early warnings', '', '500', 'Ada', 'Bob'];
    const world = quietWorld({ env, cwd: folder.path });
    await runHere(['init', '--json'], {
      ...world,
      question: async (text) => {
        asked.push(text);
        return answers[asked.length - 1] ?? '';
      },
    });
    assert.equal(world.status(), 0, world.stderr());
    assert.equal(asked.length, 5);
    type Made = { people: { name: string; token: string; link: string }[] };
    const { people } = JSON.parse(world.stdout()) as Made;
    assert.deepEqual(
      people.map(({ name }) => name),
      ['Ada', 'Bob'],
    );
    const more = ['--name', 'Q', '--pack', 'mapp', '--reader-cap', '9', '--first', 'C'];
    const again = await run(terminal, 'tocsin', 'init', ...more, '--second', 'D');
    assert.match(again.stderr, /CONFLICT: persons: expected none yet/, 'nobody comes in by it');
    for (const { token, link } of people) {
      assert.match(token, /^tocsin_/);
      assert.match(link, /\/register#/);
    }
    const { stdout } = await run(terminal, 'tocsin', 'doctor', '--json');
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    assert.deepEqual(
      checks.filter(({ state }) => state === 'fault'),
      [],
    );
  } finally {
    await folder.remove();
  }
});
