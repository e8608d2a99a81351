/**
 * Random histories of a programme on a real database, each step compared with a model written from
 * the rules' words: alerts, consents, standings, policies, T0s and clocks, in any order.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from '../../src/domain/instant.ts';
import { counts } from '../counts.ts';
import { openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { ACT_NAMES, historyOf, run, tellShortest } from '../support/release-model/history.ts';
import { type Clock, newTally } from '../support/release-model/world.ts';

/** So that no database holds more than a programme of some years does. */
const HISTORIES_IN_A_HOUSE = 100;

const tally = newTally();
let histories = 0;
let failed = false;

test('a release too early, to a non-signatory, after suspension; somebody forgotten', async (t) => {
  const lane = async () => {
    while (isLeft()) await inOneHouse();
  };
  await Promise.all(Array.from({ length: counts.modelHouses }, lane));
  const { steps, served, refused, grants, acts } = tally;
  t.diagnostic(`${histories} histories, ${steps} steps, ${grants} grants`);
  t.diagnostic(`fetches: ${served} served, ${refused} refused`);
  t.diagnostic(`acts: ${[...acts].map((each) => each.join(' ')).join(', ')}`);
  assert.ok(grants > histories && served > grants, 'histories in which something is released');
  // A slice is too short for the rarest.
  const missing = ACT_NAMES.filter((name) => !acts.has(name));
  assert.ok(missing.length < (histories > 100 ? 1 : 4), `nobody did ${missing.join(', ')}`);
});

function isLeft(): boolean {
  return !failed && tally.steps < counts.modelSteps;
}

async function inOneHouse(): Promise<void> {
  const house = await openHouse();
  const clock: Clock = { highWater: null, doubted: false };
  try {
    for (let n = 0; n < HISTORIES_IN_A_HOUSE && isLeft(); n++) {
      histories += 1;
      const seed = histories;
      const history = historyOf(seed);
      const failure = await run(house, clock, history, tally);
      if (failure === null) continue;
      failed = true;
      const told = await tellShortest(house, clock, history, failure);
      assert.fail(`the history of seed ${seed}, cut down:\n${told}`);
    }
    // Events of clocks that ran ahead are placed when their time has come.
    house.clock.set(parseInstant('2999-01-01T00:00:00Z'));
    await assertInvariants(house);
  } finally {
    await house.tearDown();
  }
}
