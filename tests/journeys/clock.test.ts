import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { changeConsent } from '../../src/programme/change-consent.ts';
import { confirmClock, guardClock } from '../../src/programme/guard-clock.ts';
import { releaseDue } from '../../src/programme/release-due.ts';
import { serveCopy } from '../../src/programme/serve-copy.ts';
import { changeStanding } from '../../src/programme/suspend-participant.ts';
import { runCycle } from '../../src/worker/worker.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('a clock that jumps', () => {
  let house: House;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
  });
  after(() => house.tearDown());

  const cycleAt = (wall: Instant, database: Instant = wall, jumped = false) =>
    runCycle(
      house.context,
      { wall, database: async () => database, jumped },
      { nextTick: plus(wall, HOUR_MS) },
    );
  const confirmBoth = async (at: Instant) => {
    assert.deepEqual(await confirmClock(house.context, house.author, at), { confirmed: false });
    await assert.rejects(confirmClock(house.context, house.author, at), { code: 'SECOND_PERSON' });
    assert.deepEqual(await confirmClock(house.context, house.approver, at), { confirmed: true });
  };

  for (const [name, skew] of [
    ['ahead of the database', 2 * MINUTE_MS],
    ['behind the database', -2 * MINUTE_MS],
  ] as const) {
    test(`${name}: releases are held until two persons confirm`, async () => {
      const small = await smallAlert(house);
      house.clock.set(plus(small.firstWave, DAY_MS));
      const now = house.clock.now();
      const held = await cycleAt(now, plus(now, -skew));
      assert.deepEqual(
        { doubted: held.doubted, batches: held.batches },
        { doubted: true, batches: 0 },
      );
      assert.equal((await cycleAt(now)).batches, 0, 'agreement alone does not end the doubt');
      await confirmBoth(now);
      assert.equal((await cycleAt(now)).batches, 1);
    });
  }

  test('back behind the high-water mark: held, and a fetch says nothing of the cause', async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    const now = house.clock.now();
    await cycleAt(now);
    const fetch = () => serveCopy(house.context, reader.caller, small, now);
    assert.ok((await fetch()).bytes.length > 0);
    assert.equal((await cycleAt(plus(now, -MINUTE_MS))).doubted, true);
    await assert.rejects(fetch(), {
      code: 'NOT_AVAILABLE',
      message: /not available at the moment/,
    });
    await confirmBoth(now);
    assert.ok((await fetch()).bytes.length > 0);
  });

  test('held while the alert is invisible: the bytes of unknown', async () => {
    const small = await smallAlert(house);
    const early = house.clock.now();
    await cycleAt(early, early, true);
    await assert.rejects(serveCopy(house.context, reader.caller, small, early), {
      code: 'NOT_FOUND',
    });
    assert.equal(await releaseDue(house.context, plus(early, 2 * DAY_MS)), 0);
    await confirmBoth(early);
  });

  test('a small step back is ordinary; the mark keeps the later time', async () => {
    const now = house.clock.now();
    const guard = (wall: Instant) =>
      guardClock(house.context, { wall, database: async () => wall, jumped: false });
    assert.deepEqual(await guard(plus(now, 10_000)), { doubted: false });
    assert.deepEqual(await guard(plus(now, 9_000)), { doubted: false });
    assert.deepEqual(await guard(plus(now, 7_999)), { doubted: true });
    await confirmBoth(now);
  });

  test('eligibility gained during a doubt is decided when it ends, not at a wave', async () => {
    const { context, approver, programme } = house;
    const suspended = await admit(house, 'Suspended', { tier: 'validate', standing: 'suspended' });
    const asking = await admit(house, 'Asks', { tier: 'validate', consentMode: 'per_alert' });
    const small = await smallAlert(house);
    const { alert } = small;
    house.clock.set(small.firstWave);
    const now = house.clock.now();
    await cycleAt(now);
    // A clock that ran ahead: what is noted under it must be due by the right time.
    const ahead = plus(now, 365 * DAY_MS);
    assert.equal((await cycleAt(ahead, now)).doubted, true);
    house.clock.set(ahead);
    const change = { to: 'active', reason: 'reinstated' } as const;
    await changeStanding(context, approver, programme, suspended, change, ahead);
    const consent = { alert, participant: asking, consent: 'signatory' } as const;
    await changeConsent(context, approver, consent, ahead);
    const admitted = await admit(house, 'Admitted', { tier: 'validate' });
    house.clock.set(now);
    const readers: TestReader[] = [];
    for (const participant of [suspended, asking, admitted]) {
      readers.push(await joinReader(house, participant));
    }
    const granted = () =>
      Promise.allSettled(readers.map(({ caller }) => serveCopy(context, caller, small, now)));
    assert.equal((await cycleAt(now)).batches, 0);
    assert.ok((await granted()).every(({ status }) => status === 'rejected'));
    await confirmBoth(now);
    assert.ok((await cycleAt(now)).batches > 0);
    assert.deepEqual(
      (await granted()).map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled'],
    );
    assert.equal((await cycleAt(now)).batches, 0, 'decided once');
    // The ledger places what was noted under the clock that ran ahead when its time has come.
    house.clock.set(ahead);
    await assertInvariants(house);
  });

  test('there is nothing to confirm without a doubt', async () => {
    await assert.rejects(confirmClock(house.context, house.author, house.clock.now()), {
      code: 'CONFLICT',
    });
    await assertInvariants(house);
  });
});
