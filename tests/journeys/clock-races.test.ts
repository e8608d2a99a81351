import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { guardClock } from '../../src/programme/ledger/guard-clock.ts';
import {
  type ClockMark,
  clockMark,
  clockMarkForUpdate,
  lockClockMark,
  putClockMark,
} from '../../src/store/clock-store.ts';
import type { Tx } from '../../src/store/database.ts';
import { BEFORE, type House, openHouse } from '../support/house.ts';
import { untilOneWaits } from '../support/waiting.ts';

const UNDOUBTED: ClockMark = { highWater: BEFORE, doubtedAt: null, firstConfirmation: null };

/** What `guardClock` says at `wall` to a mark that another process writes while it looks. */
async function lookWhile(
  { context }: House,
  wall: Instant,
  others: (tx: Tx) => Promise<void>,
): Promise<{ doubted: boolean }> {
  const { looked } = await context.store.issuer(async (tx) => {
    await others(tx);
    const looking = look(context, wall);
    await untilOneWaits(tx);
    return { looked: looking };
  });
  return looked;
}

function look(context: House['context'], wall: Instant) {
  const clocks = { wall, database: async () => wall };
  return guardClock(context, { ...clocks, jumped: false, starting: false });
}

describe('the mark of the clock, while another process writes it', () => {
  let house: House;
  const mark = () => house.context.store.lookup(clockMark);
  const put = (change: Partial<ClockMark>) => async (tx: Tx) => {
    await clockMarkForUpdate(tx);
    await putClockMark(tx, { ...UNDOUBTED, ...change });
  };

  before(async () => {
    house = await openHouse();
    await look(house.context, BEFORE);
  });
  beforeEach(() => house.context.store.issuer(put({})));
  after(() => house.tearDown());

  test('a doubt is not passed by, and not written over', async () => {
    const doubt = { highWater: BEFORE, doubtedAt: plus(BEFORE, SECOND_MS) };
    const looked = await lookWhile(house, plus(BEFORE, MINUTE_MS), put(doubt));
    assert.deepEqual(looked, { doubted: true });
    assert.deepEqual(await mark(), { ...UNDOUBTED, ...doubt });
  });

  test('a later time is not put back', async () => {
    const highWater = plus(BEFORE, MINUTE_MS);
    const looked = await lookWhile(house, plus(highWater, -SECOND_MS), put({ highWater }));
    assert.deepEqual(looked, { doubted: false });
    assert.deepEqual(await mark(), { ...UNDOUBTED, highWater });
  });

  test('a time too far ahead of ours is a doubt, although ours was ahead of the mark', async () => {
    const highWater = plus(BEFORE, MINUTE_MS);
    const wall = plus(BEFORE, SECOND_MS);
    assert.deepEqual(await lookWhile(house, wall, put({ highWater })), { doubted: true });
    assert.deepEqual(await mark(), { ...UNDOUBTED, highWater, doubtedAt: wall });
  });

  test('a time that is just being confirmed is not the one that was read before', async () => {
    const { store } = house.context;
    await store.issuer(put({ doubtedAt: BEFORE }));
    const wall = plus(BEFORE, MINUTE_MS);
    await store.issuer(async (tx) => {
      await put({ highWater: wall })(tx);
      assert.deepEqual(await look(house.context, wall), { doubted: true });
    });
    assert.deepEqual(await look(house.context, wall), { doubted: false });
  });
});

test('two first starts at once: the doubt of one is not lost to the other', async () => {
  const house = await openHouse();
  try {
    const { store } = house.context;
    assert.equal(await store.lookup(clockMark), null);
    const doubted = { ...UNDOUBTED, doubtedAt: BEFORE };
    const looked = await lookWhile(house, BEFORE, async (tx) => {
      await lockClockMark(tx, BEFORE);
      await putClockMark(tx, doubted);
    });
    assert.deepEqual(looked, { doubted: true });
    assert.deepEqual(await store.lookup(clockMark), doubted);
  } finally {
    await house.tearDown();
  }
});
