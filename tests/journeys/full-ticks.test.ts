import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open } from '../../src/crypto/age/open.ts';
import { type Instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import type { Context } from '../../src/programme/context.ts';
import { guardLedger } from '../../src/programme/ledger/guard-ledger.ts';
import { proveEvent } from '../../src/programme/ledger/prove-event.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { openTreeShelf } from '../../src/programme/ledger/tree-shelf.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

/** In place of 2^20. */
const LIMIT = 4;

describe('more events than a tick takes', () => {
  let house: House;
  let context: Context;
  let reader: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    context = { ...house.context, tickLimit: LIMIT };
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(() => house.tearDown());

  type Waiting = { readonly serial: number; readonly tick: number | null };

  const eventsAfter = async (serial: number) => {
    const { rows } = await context.store.issuer((tx) =>
      sql<Waiting>`select serial, tick from event where serial > ${serial} order by serial`.execute(
        tx,
      ),
    );
    return rows;
  };
  const lastSerial = async () => (await eventsAfter(0)).at(-1)?.serial ?? 0;
  const happen = async (events: number) => {
    const known = await lastSerial();
    for (let last = known; last < known + events; last = await lastSerial()) {
      await admit(house, `Other ${last}`);
    }
  };
  /** The next tick, as late after the last one as a worker's may be that looks each second. */
  const tick = () => {
    house.clock.set(plus(house.clock.now(), context.tickMs + SECOND_MS));
    return runTick(context, house.clock.now());
  };
  async function fetch(): Promise<{ readonly leaf: Buffer; readonly by: Instant }> {
    const { bytes } = await serveCopy(context, reader.caller, small, house.clock.now());
    const { promise } = unpackCopy(open([reader.identity], bytes)).manifest;
    return { leaf: Buffer.from(promise.leaf, 'hex'), by: promise.by as Instant };
  }

  test('the rest would be lost: they wait for the next ticks, in their order', async () => {
    const known = await lastSerial();
    await happen(2 * LIMIT + 3);
    const count = (await eventsAfter(known)).length;
    const placed: number[] = [];
    for (let left = count; left > 0; left -= LIMIT) placed.push((await tick()).events);
    assert.ok(placed.slice(0, -1).every((events) => events === LIMIT));
    assert.ok((placed.at(-1) ?? 0) > 0);
    const events = await eventsAfter(known);
    assert.equal(
      placed.reduce((sum, one) => sum + one, 0),
      count,
    );
    for (const [n, event] of events.entries()) {
      const first = events[0]?.tick ?? 0;
      assert.equal(event.tick, first + Math.floor(n / LIMIT), `event ${n}`);
    }
    assert.equal((await tick()).events, 0);
    await assertInvariants(house);
  });

  test('what is promised behind a backlog would be promised too early', async () => {
    await happen(4 * LIMIT);
    await tick();
    // Another process, and one that starts now, find the backlog as they meet the tick.
    const ledger = { known: null, pinned: null, unpinned: null, backlog: 0, fault: null };
    await guardLedger({ ...context, ledger });
    assert.equal(ledger.backlog, context.ledger.backlog);
    const behind = await fetch();
    assert.ok(behind.by > plus(house.clock.now(), 2 * context.tickMs), 'it reaches further');
    while ((await tick()).events === LIMIT) {
      // Until none is left over.
    }
    const after = await fetch();
    assert.equal(after.by, plus(house.clock.now(), 2 * context.tickMs));
    await tick();
    for (const { leaf, by } of [behind, after]) {
      const proof = await proveEvent(context, openTreeShelf(), house.approver, leaf);
      assert.ok(proof.tick.at <= by, `${proof.tick.at - by} ms late`);
    }
    await assertInvariants(house);
  });
});
