/**
 * Random histories of a programme on a real database, each step compared with a model written from
 * the rules' words: alerts, consents, standings, policies, T0s and clocks, in any order.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../counts.ts';
import { openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { ACT_NAMES, historyOf, run, tellShortest } from '../support/release-model/history.ts';
import { type Clock, newTally, type Tally } from '../support/release-model/world.ts';

/** Steps in one database, so that each stays as small as a programme's is. */
const STEPS_IN_A_HOUSE = 25_000;

test('a release before its time, to a non-signatory, after suspension; somebody eligible forgotten', async (t) => {
  const tally = newTally();
  let seed = 0;
  while (tally.steps < counts.modelSteps) {
    const upTo = Math.min(counts.modelSteps, tally.steps + STEPS_IN_A_HOUSE);
    seed = await inOneHouse(seed, upTo, tally);
  }
  const { steps, served, refused, grants, acts } = tally;
  t.diagnostic(`${seed} histories, ${steps} steps: ${served} fetches served, ${refused} refused`);
  t.diagnostic(`${grants} grants; ${[...acts].map((each) => each.join(' ')).join(', ')}`);
  for (const name of ACT_NAMES) assert.ok(acts.has(name), `nobody did ${name}`);
});

async function inOneHouse(first: number, upTo: number, tally: Tally): Promise<number> {
  const house = await openHouse();
  const clock: Clock = { highWater: null, doubted: false };
  let seed = first;
  try {
    while (tally.steps < upTo) {
      seed += 1;
      const history = historyOf(seed);
      const failure = await run(house, clock, history, tally);
      if (failure === null) continue;
      const told = await tellShortest(house, clock, history, failure);
      assert.fail(`the history of seed ${seed}, cut down:\n${told}`);
    }
    await assertInvariants(house);
  } finally {
    await house.tearDown();
  }
  return seed;
}
