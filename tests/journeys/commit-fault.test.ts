import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TocsinError } from '../../src/domain/errors.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Stage = 'before_commit' | 'after_commit';

/** Fails the n-th commit from now on, once, before it happened or after. */
let armed: { stage: Stage; nth: number } | null = null;

function fault(stage: Stage): void {
  if (armed?.stage !== stage) return;
  armed.nth -= 1;
  if (armed.nth > 0) return;
  armed = null;
  throw new TocsinError('STORE_UNAVAILABLE', 'a fault of the test');
}

describe('a commit that fails, and one that only seems to', () => {
  let house: House;
  let reader: TestReader;

  before(async () => {
    house = await openHouse({ fault });
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    await admit(house, 'Other', { tier: 'validate' });
  });
  after(() => house.tearDown());

  for (const stage of ['before_commit', 'after_commit'] as const) {
    for (const nth of [1, 2, 3]) {
      test(`release-due, commit ${nth}, ${stage}`, async () => {
        const { firstWave } = await smallAlert(house);
        house.clock.set(firstWave);
        await failsOnce(stage, nth, () => releaseDue(house.context, house.clock.now()));
        await releaseDue(house.context, house.clock.now());
        await assertInvariants(house);
      });
    }

    test(`fetch, ${stage}`, async () => {
      const small = await smallAlert(house);
      house.clock.set(small.firstWave);
      await releaseDue(house.context, house.clock.now());
      const fetch = () => serveCopy(house.context, reader.caller, small, house.clock.now());
      await failsOnce(stage, 1, fetch);
      const copy = await fetch();
      assert.ok(copy.bytes.length > 0);
      await assertInvariants(house);
    });

    test(`tick, ${stage}`, async () => {
      await failsOnce(stage, 1, () => runTick(house.context, house.clock.now()));
      await assertInvariants(house);
    });
  }
});

async function failsOnce(stage: Stage, nth: number, work: () => Promise<unknown>): Promise<void> {
  armed = { stage, nth };
  await assert.rejects(work(), { code: 'STORE_UNAVAILABLE' });
  assert.equal(armed, null, 'the fault struck');
}
