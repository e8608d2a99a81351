import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open } from '../../src/crypto/age/open.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { confirmClock } from '../../src/programme/ledger/guard-clock.ts';
import { proveEvent } from '../../src/programme/ledger/prove-event.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { openTreeShelf } from '../../src/programme/ledger/tree-shelf.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { runCycle, type WorkerState } from '../../src/worker/worker.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Promised = { readonly leaf: string; readonly by: number };

describe('the time of ticks and promises', () => {
  let house: House;
  let reader: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;
  let state: WorkerState;

  beforeEach(async () => {
    await house?.tearDown();
    house = await openHouse();
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    state = { nextTick: null, nextReminders: null };
    await cycle(small.firstWave);
  });
  after(() => house.tearDown());

  /** A cycle of the worker's, at a time that its clock says. */
  async function cycle(wall: Instant, jumped = false) {
    house.clock.set(wall);
    const reading = { wall, database: async () => wall, jumped, starting: false };
    return runCycle(house.context, reading, state);
  }
  async function confirm(at: Instant): Promise<void> {
    house.clock.set(at);
    await confirmClock(house.context, house.author, at);
    assert.deepEqual(await confirmClock(house.context, house.approver, at), { confirmed: true });
  }
  async function fetch(at: Instant): Promise<Promised> {
    house.clock.set(at);
    const copy = await serveCopy(house.context, reader.caller, small, at);
    return unpackCopy(open([reader.identity], copy.bytes)).manifest.promise;
  }
  async function assertKept({ leaf, by }: Promised): Promise<void> {
    const { tick } = await proveEvent(
      house.context,
      openTreeShelf(),
      house.approver,
      Buffer.from(leaf, 'hex'),
    );
    assert.ok(tick.at <= by, `expected a tick by ${by}, found one of ${tick.at - by} ms later`);
  }
  const rows = async <T>(query: string): Promise<T[]> =>
    house.context.store.issuer(async (tx) => (await sql.raw<T>(query).execute(tx)).rows);

  /** Each tick later than the one before, and none before an event in it. */
  async function assertInOrder(): Promise<void> {
    const ticks = await rows<{ at: number; latest: number | null }>(
      `select t.at, (select max(e.at) from event e where e.tick = t.tick) as latest
        from tick t order by t.tick`,
    );
    for (const [n, { at, latest }] of ticks.entries()) {
      assert.ok(at > (ticks[n - 1]?.at ?? 0), `tick ${n}: later than the one before`);
      assert.ok(latest === null || at >= latest, `tick ${n}: not before an event in it`);
    }
  }

  test('two ticks at one reading, and one at an earlier, are still in order', async () => {
    const now = house.clock.now();
    await runTick(house.context, now);
    await runTick(house.context, now);
    await runTick(house.context, plus(now, -HOUR_MS));
    await assertInOrder();
  });

  test('what was recorded while the cycle ran is in a tick not before it', async () => {
    const started = house.clock.now();
    await fetch(plus(started, 300));
    await runTick(house.context, started);
    await assertInOrder();
  });

  test('put back by an hour: what was promised before and after is kept', async () => {
    const ahead = plus(small.firstWave, 3 * HOUR_MS);
    await cycle(ahead);
    const before = await fetch(plus(ahead, 500));
    const right = plus(ahead, -HOUR_MS);
    assert.equal((await cycle(right)).doubted, true);
    await confirm(plus(right, MINUTE_MS));
    const after = await fetch(plus(right, 2 * MINUTE_MS));
    assert.equal((await cycle(plus(right, 3 * MINUTE_MS))).doubted, false);
    await assertKept(before);
    await assertKept(after);
    await assertInOrder();
  });

  test('put on by an hour: what was promised before is kept', async () => {
    const before = await fetch(plus(small.firstWave, 500));
    const right = plus(small.firstWave, HOUR_MS);
    state.nextTick = plus(right, MINUTE_MS);
    const { doubted, ticked } = await cycle(right, true);
    assert.deepEqual({ doubted, ticked }, { doubted: true, ticked: false });
    await confirm(plus(right, MINUTE_MS));
    await cycle(plus(right, 2 * MINUTE_MS));
    await assertKept(before);
    await assertInOrder();
  });

  test('put on wrongly by a month, and confirmed at once: the same', async () => {
    const before = await fetch(plus(small.firstWave, 500));
    const other = await admit(house, 'Other');
    const wrong = plus(small.firstWave, 30 * DAY_MS);
    state.nextTick = plus(wrong, HOUR_MS);
    await cycle(wrong, true);
    // A suspension does not wait for the clock to be confirmed.
    const { context, author, programme } = house;
    const change = { to: 'suspended', reason: 'other' } as const;
    await changeStanding(context, author, programme, other, change, wrong);
    await runTick(house.context, wrong);
    const [doubt] = await rows<{ tick: number | null }>(
      "select tick from event where type = 'clock_doubted'",
    );
    assert.notEqual(doubt?.tick, null, 'that the clock is doubted is in the ledger by now');
    const right = plus(small.firstWave, MINUTE_MS);
    await confirm(right);
    const after = await fetch(plus(right, MINUTE_MS));
    assert.ok(after.by < plus(right, HOUR_MS), 'the wrong time is not promised by');
    await cycle(plus(right, 2 * MINUTE_MS));
    await assertKept(before);
    await assertKept(after);
    await assertInOrder();
    house.clock.set(plus(wrong, HOUR_MS));
    await assertInvariants(house);
  });

  test('a process that died: the next keeps what it had promised, days later too', async () => {
    const before = await fetch(plus(small.firstWave, 30_000));
    await cycle(plus(small.firstWave, 31_000));
    const last = await fetch(plus(small.firstWave, 31_500));
    house.clock.set(plus(small.firstWave, 3 * DAY_MS));
    await house.begin();
    await assertKept(before);
    await assertKept(last);
    await cycle(house.clock.now());
    await assertInOrder();
    await assertInvariants(house);
  });

  test('a start makes one tick, whether something waits or not; the very first none', async () => {
    const count = async () =>
      (await rows<{ n: number }>('select count(*) as n from tick'))[0]?.n ?? 0;
    const made = async () => {
      const known = await count();
      await house.begin();
      return (await count()) - known;
    };
    await fetch(plus(small.firstWave, 500));
    assert.equal(await made(), 1);
    assert.equal(await made(), 1);
    // Nobody has looked at a clock before.
    await rows('delete from clock_mark');
    assert.equal(await made(), 0);
    assert.equal(await made(), 1);
  });

  test('a start at a clock that went back claims no later time than that', async () => {
    await cycle(plus(small.firstWave, HOUR_MS));
    const known = await rows<{ at: number }>('select max(at) as at from tick');
    const right = plus(small.firstWave, HOUR_MS - MINUTE_MS);
    house.clock.set(right);
    assert.equal((await house.begin()).doubted, true);
    const [found] = await rows<{ at: number }>('select max(at) as at from tick');
    assert.equal(found?.at, (known[0]?.at ?? 0) + 1);
    await assertInOrder();
  });

  test('a wall clock that went back does not put the next tick off', async () => {
    assert.equal((await cycle(plus(small.firstWave, MINUTE_MS))).ticked, true);
    assert.equal((await cycle(plus(small.firstWave, MINUTE_MS + 1000))).ticked, false);
    assert.equal((await cycle(plus(small.firstWave, -HOUR_MS))).ticked, true);
  });
});
