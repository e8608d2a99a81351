import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { buildOperatorApp } from '../../src/http/operator.ts';
import { virtualClock } from '../../src/main/clock.ts';
import { compose } from '../../src/main/compose.ts';
import { serve } from '../../src/main/serve.ts';
import type { CheckpointPin, Context } from '../../src/programme/context.ts';
import { readCheckpoint } from '../../src/programme/ledger/prove-event.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { asOwner } from '../support/as-owner.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  configFor,
  type House,
  joinReader,
  openHouse,
  openSite,
  type Site,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { goBack } from '../support/older-database.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('a database that goes back while Tocsin runs', () => {
  let site: Site;
  let house: House;
  let edge: Edge;
  let reader: TestReader;
  let committed: () => void | Promise<void> = () => undefined;

  before(async () => {
    site = await openSite();
    house = await openHouse({
      site,
      reached: (point) => (point === 'tick.committed' ? committed() : undefined),
    });
    edge = openEdge(house);
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    await house.cycle();
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });
  beforeEach(async () => {
    committed = () => undefined;
    await ticks(3);
  });

  const pin = () => readFile(join(site.dataDir, 'checkpoint.pinned'), 'utf8');
  const sizeNow = () => one<number>('select max(size) as value from checkpoint');
  const one = async <T>(query: string) => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql.raw<{ value: T }>(query).execute(tx),
    );
    return rows[0]?.value as T;
  };
  async function ticks(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      house.clock.set(plus(house.clock.now(), MINUTE_MS));
      await house.cycle();
    }
  }

  test('nothing is signed over the ticks it lost, and the pin stays', async () => {
    const [size, pinned] = [await sizeNow(), await pin()];
    const restore = await goBack(site, size - 2);
    await assert.rejects(runTick(house.context, house.clock.now()), {
      code: 'LEDGER_ROLLBACK',
      message: new RegExp(`at least ${size} ticks.*found ${size - 2}`),
    });
    assert.deepEqual([await sizeNow(), await pin()], [size - 2, pinned]);
    await restore();
    await ticks(1);
    assert.equal(await sizeNow(), size + 1, 'with the newest database it goes on by itself');
    await assertInvariants(house);
  });

  test('releases are held, in waves and at a fetch, and nothing is recorded', async () => {
    const open = await smallAlert(house);
    house.clock.set(open.firstWave);
    await house.cycle();
    const due = await smallAlert(house);
    house.clock.set(plus(due.firstWave, -MINUTE_MS));
    await house.cycle();
    const restore = await goBack(site, (await sizeNow()) - 1);
    house.clock.set(due.firstWave);
    const before = await one('select count(*) as value from event');
    const fetch = serveCopy(house.context, reader.caller, open, house.clock.now());
    await assert.rejects(fetch, { code: 'LEDGER_ROLLBACK' }, 'before any cycle of the worker');
    await assert.rejects(house.cycle(), { code: 'LEDGER_ROLLBACK' });
    await assert.rejects(releaseDue(house.context, house.clock.now()), { code: 'LEDGER_ROLLBACK' });
    assert.equal(await one('select count(*) as value from event'), before);
    await restore();
    assert.equal((await house.cycle()).batches, 1);
    await serveCopy(house.context, reader.caller, open, house.clock.now());
    await assertInvariants(house);
  });

  test('the operator sees it, and nobody is answered from that database', async () => {
    const operator = buildOperatorApp(edge.deps);
    const ready = async () => {
      const { statusCode, payload } = await operator.inject({ url: '/readyz' });
      return [statusCode, JSON.parse(payload)] as const;
    };
    assert.deepEqual(await ready(), [200, { ready: true }]);
    const restore = await goBack(site, (await sizeNow()) - 1);
    await assert.rejects(house.cycle(), { code: 'LEDGER_ROLLBACK' });
    assert.deepEqual(await ready(), [503, { ready: false, fault: 'LEDGER_ROLLBACK' }]);
    for (const [url, token] of [
      ['/v1/log/checkpoint', undefined],
      ['/v1/public/alerts', undefined],
      ['/v1/inbox', reader.token],
      ['/v1/programmes', house.tokens.author],
    ] as const) {
      const answer = await edge.get(url, token);
      assert.equal(answer.status, 500, url);
      assert.equal(json<{ code: string }>(answer).code, 'LEDGER_ROLLBACK', url);
    }
    await restore();
    await house.cycle();
    assert.deepEqual(await ready(), [200, { ready: true }]);
    assert.equal((await edge.get('/v1/log/checkpoint')).status, 200);
  });

  test('a server says so in its log by itself, and ends without a last tick', async () => {
    const config = configFor(site.dataDir, { ...site.urls, TOCSIN_LISTEN: '127.0.0.1:0' });
    const lines: string[] = [];
    const said = (text: string) => lines.some((line) => line.includes(text));
    const clock = virtualClock(house.clock.now());
    const first = await sizeNow();
    const server = await serve(config, { clock, logLine: (line) => lines.push(line) });
    // Its start ticks, and its first cycle; under a clock that stands still no other one does.
    const pinnedTo = async () => Number((await pin()).split('\n')[1]);
    for (let n = 0; n < 300 && (await pinnedTo()) < first + 2; n++) await sleep(100);
    const [size, pinned] = [await sizeNow(), await pin()];
    const restore = await goBack(site, size - 2);
    for (let n = 0; n < 300 && !said('LEDGER_ROLLBACK'); n++) await sleep(100);
    assert.ok(
      said('"worker":"cycle","error":"LEDGER_ROLLBACK","detail":"ledger: expected at least'),
    );
    assert.equal((await fetch(`${server.url}/v1/log/checkpoint`)).status, 500);
    await server.stop();
    assert.ok(said('"worker":"last tick","error":"LEDGER_ROLLBACK"'));
    assert.deepEqual([await sizeNow(), await pin()], [size - 2, pinned]);
    await restore();
  });

  test('a fork that others let grow beyond the pin is refused too', async () => {
    const [size, pinned] = [await sizeNow(), await pin()];
    const restore = await goBack(site, size - 1);
    const elsewhere = withPin(house.context, emptyPin());
    for (let n = 1; n <= 3; n++) {
      await runTick(elsewhere, plus(house.clock.now(), n * MINUTE_MS));
    }
    assert.equal(await sizeNow(), size + 2);
    await assert.rejects(runTick(house.context, house.clock.now()), { code: 'LEDGER_TAMPERED' });
    await assert.rejects(house.cycle(), { code: 'LEDGER_TAMPERED' });
    assert.deepEqual([await sizeNow(), await pin()], [size + 2, pinned]);
    await restore();
    await ticks(1);
    await assertInvariants(house);
  });

  test('an older checkpoint in the row of the newest one is found out', async () => {
    const size = await sizeNow();
    const note = await one<string>(`select note as value from checkpoint where size = ${size}`);
    const older = `(select note from checkpoint where size = ${size - 1})`;
    const put = (text: string) => [
      'alter table checkpoint no force row level security',
      `update checkpoint set note = ${text} where size = ${size}`,
    ];
    await asOwner(site, put(older));
    const elsewhere = withPin(house.context, emptyPin());
    await assert.rejects(runTick(elsewhere, house.clock.now()), { code: 'LEDGER_TAMPERED' });
    await asOwner(site, put(`'${note}'`));
    await runTick(elsewhere, house.clock.now());
  });

  test('a hash of the log that is gone is no error of ours: it was tampered with', async () => {
    // Of an odd log the last leaf stands alone, and its hash is needed for the root.
    if ((await sizeNow()) % 2 === 0) await ticks(1);
    const gone = `level = 0 and index = ${(await sizeNow()) - 1}`;
    await asOwner(site, [
      'alter table log_node no force row level security',
      `create table kept_node as select * from log_node where ${gone}`,
      `delete from log_node where ${gone}`,
    ]);
    await assert.rejects(house.cycle(), { code: 'LEDGER_TAMPERED', message: /level 0/ });
    await asOwner(site, ['insert into log_node select * from kept_node', 'drop table kept_node']);
    await ticks(1);
  });

  test('a pin that was changed is not taken for the one that was verified before', async () => {
    const pinned = await pin();
    const changed = pinned.replace(`\n${await sizeNow()}\n`, '\n1\n');
    await writeFile(join(site.dataDir, 'checkpoint.pinned'), changed);
    await assert.rejects(house.cycle(), { code: 'SIGNATURE_INVALID' });
    await writeFile(join(site.dataDir, 'checkpoint.pinned'), pinned);
    await ticks(1);
  });

  test('a tick that died before its pin is gone on from, and pinned', async () => {
    const size = await sizeNow();
    committed = () => {
      throw new Error('killed');
    };
    await assert.rejects(runTick(house.context, house.clock.now()), /killed/);
    committed = () => undefined;
    const behind = await pin();
    await ticks(1);
    assert.equal(await sizeNow(), size + 2);
    assert.notEqual(await pin(), behind);
    assert.equal(await pin(), await readCheckpoint(house.context));
  });

  test('two processes on one database tick in turn, each with a pin of its own', async () => {
    const config = configFor(site.dataDir, site.urls);
    const other = await compose(config, { clock: house.clock });
    const context = withPin(other.context, emptyPin());
    for (let n = 0; n < 3; n++) {
      await ticks(2);
      await runTick(context, house.clock.now());
    }
    await assertInvariants(house);
    await other.context.store.close();
  });

  test('ticks at once would append two leaves of one number', async () => {
    const size = await sizeNow();
    const contexts = [1, 2, 3].map(() => withPin(house.context, emptyPin()));
    await Promise.all(contexts.map((context) => runTick(context, house.clock.now())));
    assert.equal(await sizeNow(), size + contexts.length);
    await assertInvariants(house);
  });

  test('a process that pins late does not put an older checkpoint over a newer one', async () => {
    const other = await compose(configFor(site.dataDir, site.urls), { clock: house.clock });
    committed = async () => {
      committed = () => undefined;
      await runTick(other.context, house.clock.now());
    };
    await runTick(house.context, house.clock.now());
    assert.equal(await pin(), await readCheckpoint(house.context));
    await other.context.store.close();
  });
});

/** The same parts as a process that started now, with a pin elsewhere. */
function withPin(context: Context, pin: CheckpointPin): Context {
  const ledger = { known: null, pinned: null, unpinned: null, backlog: 0, fault: null };
  return { ...context, pin, ledger };
}

function emptyPin(): CheckpointPin {
  let kept: string | null = null;
  return {
    read: async () => kept,
    async write(note) {
      kept = note;
    },
  };
}
