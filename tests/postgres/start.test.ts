import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { parseConfig } from '../../src/config/config.ts';
import { virtualClock } from '../../src/main/clock.ts';
import { compose } from '../../src/main/compose.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { connect } from '../../src/store/database.ts';
import { run } from '../support/command-line.ts';
import { BEFORE, configFor, type House, openHouse, openSite, type Site } from '../support/house.ts';

describe('what refuses to start', () => {
  let site: Site;
  let house: House;

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    await runTick(house.context, BEFORE);
    await runTick(house.context, BEFORE);
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  const start = async (env: Record<string, string> = {}) => {
    const parts = await compose(configFor(site.dataDir, { ...site.urls, ...env }), {
      clock: virtualClock(BEFORE),
    });
    await parts.stop();
  };
  const asOwner = async (statement: string) => {
    const owner = connect({ url: site.urls.DATABASE_URL }, 1);
    await sql.raw(statement).execute(owner);
    await owner.destroy();
  };

  test('nothing, as it stands', async () => {
    await start();
  });

  test('a schema newer than this program', async () => {
    await asOwner(
      "insert into schema_migration values (9999, 'future', 'x', '2025-01-01T00:00:00Z')",
    );
    await assert.rejects(start(), { code: 'STORE_VERSION', message: /schema 9999 \(future\)/ });
    await asOwner('delete from schema_migration where version = 9999');
  });

  test('a migration that was edited after it was applied', async () => {
    await asOwner("update schema_migration set sha256 = 'other' where version = 1");
    await assert.rejects(start(), { code: 'STORE_VERSION', message: /never edited/ });
    const { sha256Hex } = await import('../../src/crypto/hash.ts');
    const file = join(import.meta.dirname, '../../src/store/migrations/0001_spine.sql');
    const hash = sha256Hex(await readFile(file));
    await asOwner(`update schema_migration set sha256 = '${hash}' where version = 1`);
    await start();
  });

  test('another master key, a lost one, one that others can read, and a wrong kid', async () => {
    const file = join(site.dataDir, 'master.key');
    const right = await readFile(file);
    await writeFile(file, `${'ab'.repeat(32)}\n`);
    await assert.rejects(start(), { code: 'KEY_WRONG' });
    await rm(file);
    await assert.rejects(start(), { code: 'KEY_WRONG', message: /restore the key/ });
    await writeFile(file, right, { mode: 0o600 });
    await chmod(file, 0o644);
    await assert.rejects(start(), { code: 'KEY_INVALID', message: /0600, found 0644/ });
    await chmod(file, 0o600);
    await assert.rejects(start({ TOCSIN_MASTER_KID: 'm2' }), {
      code: 'KEY_WRONG',
      message: /m1.*m2/,
    });
    await start();
  });

  test('a ledger whose pin is gone: it may be an older database', async () => {
    const pin = join(site.dataDir, 'checkpoint.pinned');
    await rm(pin);
    const refused = { code: 'CONFIG_INVALID', message: /checkpoint\.pinned.*has 2 ticks/ };
    await assert.rejects(start(), refused);
    await assert.rejects(start(), refused, 'a start that refuses pins nothing');

    const terminal = {
      cwd: site.dataDir,
      env: { ...site.urls, TOCSIN_DATA: site.dataDir, TOCSIN_ORIGIN: 'test.invalid/ledger' },
    };
    const pinAt = (size: string) =>
      run(terminal, 'tocsin', 'admin', 'ledger', 'pin', '--size', size);
    const other = await pinAt('3');
    assert.match(other.stderr, /INVALID_INPUT: --size: expected the 2 ticks of the database/);
    await assert.rejects(start(), refused);
    assert.deepEqual(await pinAt('2'), { code: 0, stdout: 'Pinned at 2 ticks\n', stderr: '' });
    await start();
    assert.match((await pinAt('2')).stderr, /CONFLICT: checkpoint\.pinned/);
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ body: string }>`select issuer_body as body from event
        where type = 'pin_replaced'`.execute(tx),
    );
    assert.deepEqual(
      rows.map(({ body }) => (JSON.parse(body) as { data: unknown }).data),
      [{ ticks: 2 }],
    );
  });

  test('an older database than the one the checkpoint was pinned from', async () => {
    const pin = join(site.dataDir, 'checkpoint.pinned');
    const note = await readFile(pin, 'utf8');
    await runTick(house.context, BEFORE);
    const newer = await readFile(pin, 'utf8');
    assert.notEqual(newer, note);
    // The database as an older backup has it: its last tick is gone.
    await asOwner('alter table checkpoint no force row level security');
    await asOwner('delete from checkpoint where size = (select max(size) from checkpoint)');
    await assert.rejects(start(), {
      code: 'LEDGER_ROLLBACK',
      message: /expected at least 3 ticks.*found 2/,
    });
    await writeFile(pin, note);
  });

  test('a ledger whose stored hashes were changed', async () => {
    await asOwner('alter table log_node no force row level security');
    await asOwner("update log_node set hash = decode(repeat('00', 32), 'hex') where level = 1");
    await assert.rejects(start(), { code: 'LEDGER_TAMPERED' });
  });

  test('a contradictory configuration, naming the variable', () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ TOCSIN_LISTEN: 'localhost' }, /TOCSIN_LISTEN: expected HOST:PORT/],
      [{ TOCSIN_TICK_SECONDS: '0' }, /TOCSIN_TICK_SECONDS/],
      [{ DATABASE_URL: 'postgres://x' }, /only some of them/],
      [{ TOCSIN_ORIGIN: 'two words' }, /TOCSIN_ORIGIN/],
      [{ TOCSIN_FAILPOINT: 'nowhere:1' }, /TOCSIN_FAILPOINT/],
    ];
    for (const [env, message] of cases) {
      assert.throws(() => parseConfig(env, '/'), { code: 'CONFIG_INVALID', message });
    }
  });
});

describe('the pin of a new ledger', () => {
  test('is there before the first tick, so that none was never made', async () => {
    const site = await openSite();
    const pin = join(site.dataDir, 'checkpoint.pinned');
    let dies = true;
    const reached = (point: string) => {
      if (dies && point === 'tick.committed') throw new Error('killed');
    };
    const house = await openHouse({ site, reached });
    const unbegun = await readFile(pin, 'utf8');
    assert.match(unbegun, /^test\.invalid\/ledger\n0\n/);
    const again = () => compose(configFor(site.dataDir, site.urls), { clock: house.clock });
    await rm(pin);
    await (await again()).stop();
    assert.equal(await readFile(pin, 'utf8'), unbegun, 'without a tick nothing can be older');

    await assert.rejects(runTick(house.context, BEFORE), /killed/);
    dies = false;
    assert.equal(await readFile(pin, 'utf8'), unbegun);
    await (await again()).stop();
    assert.match(await readFile(pin, 'utf8'), /^test\.invalid\/ledger\n1\n/);
    await house.context.store.close();
    await site.tearDown();
  });
});

describe('a database that goes away', () => {
  test('gives a clear error and is used again when it is back', async () => {
    const house = await openHouse();
    const kill =
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tocsin_issuer'";
    await assert.rejects(
      house.context.store.issuer((tx) => sql.raw(kill).execute(tx)),
      {
        code: 'STORE_UNAVAILABLE',
      },
    );
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ one: number }>`select 1 as one`.execute(tx),
    );
    assert.deepEqual(rows, [{ one: 1 }]);
    await house.stop();
    await assert.rejects(house.context.store.issuer(async () => undefined));
    await house.tearDown();
  });
});
