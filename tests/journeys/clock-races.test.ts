import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { TocsinError } from '../../src/domain/errors.ts';
import { type Instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Clock } from '../../src/main/clock.ts';
import { compose, type Parts } from '../../src/main/compose.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import {
  type ClockMark,
  clockMark,
  clockMarkForUpdate,
  lockClockMark,
  putClockMark,
} from '../../src/store/clock-store.ts';
import type { Tx } from '../../src/store/database.ts';
import { BEFORE, configFor, type House, openHouse, openSite } from '../support/house.ts';
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

test('what was read before a wait is compared with our clock as it is after it', async () => {
  const house = await openHouse();
  try {
    const { context } = house;
    await look(context, BEFORE);
    const [later, highWater] = [plus(BEFORE, MINUTE_MS), plus(BEFORE, 50 * SECOND_MS)];
    const clocks = { wall: plus(BEFORE, SECOND_MS), database: async () => later };
    const { looked } = await context.store.issuer(async (tx) => {
      await clockMarkForUpdate(tx);
      await putClockMark(tx, { ...UNDOUBTED, highWater });
      const waiting = guardClock(context, {
        ...{ ...clocks, again: () => later, jumped: false, starting: false },
      });
      await untilOneWaits(tx);
      return { looked: waiting };
    });
    assert.deepEqual(await looked, { doubted: false });
    assert.deepEqual(await context.store.lookup(clockMark), { ...UNDOUBTED, highWater });
  } finally {
    await house.tearDown();
  }
});

describe('two processes on a machine whose clock was set', () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  let one: House;
  let clock: ReturnType<typeof settable>;
  let other: Parts;

  before(async () => {
    site = await openSite();
    one = await openHouse({ site });
    clock = settable(one.clock.now());
    other = await compose(configFor(site.dataDir, site.urls), { clock });
    await other.cycle();
  });
  after(async () => {
    await other.stop();
    await one.tearDown();
    await site.tearDown();
  });

  async function confirmed(at: Instant) {
    one.clock.set(at);
    await confirmClock(one.context, one.author, at);
    await confirmClock(one.context, one.approver, at);
  }

  test('what two persons confirm by one is right for the other that says the same', async () => {
    const at = plus(BEFORE, MINUTE_MS);
    clock.jump(at);
    assert.equal((await other.cycle()).doubted, true);
    assert.throws(() => clock.now(), { code: 'CLOCK_DOUBT' });
    await confirmed(at);
    assert.equal((await other.cycle()).doubted, false);
    assert.equal(clock.now(), at);
    assert.equal((await other.cycle()).doubted, false);
  });

  test('and for another that says something else there is a doubt again', async () => {
    const at = plus(BEFORE, 2 * MINUTE_MS);
    clock.jump(at);
    assert.equal((await other.cycle()).doubted, true);
    await confirmed(plus(at, 6 * SECOND_MS));
    assert.equal((await other.cycle()).doubted, true);
    assert.throws(() => clock.now(), { code: 'CLOCK_DOUBT' });
  });
});

/** A machine's clock that was watched until somebody set it. */
function settable(start: Instant): Clock & { jump(to: Instant): void } {
  let [at, jumped] = [start, false];
  return {
    now() {
      if (jumped) throw new TocsinError('CLOCK_DOUBT', 'the clock jumped');
      return at;
    },
    reading: () => ({ wall: at, jumped }),
    rebase: () => {
      jumped = false;
    },
    database: () => at,
    jump(to) {
      [at, jumped] = [to, true];
    },
  };
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
