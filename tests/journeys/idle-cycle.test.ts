import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { admit, type House, joinReader, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { enactSection } from '../support/section.ts';
import { sentStatements } from '../support/sent-statements.ts';

/** Pin, clock, what is due; policies and alerts for reminders; and six for the tick. */
const WITH_A_TICK = 11;
const WITHOUT = 3;

describe('a cycle of the worker that finds nothing to do', () => {
  let house: House;

  before(async () => {
    house = await openHouse();
    await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    await enactSection(house, 'duties', 'duties:\n  status_report: 48h\n');
    await house.cycle();
  });
  after(() => house.tearDown());

  function cycleAfter(ms: number) {
    house.clock.set(plus(house.clock.now(), ms));
    return sentStatements(() => house.cycle());
  }

  test('a statement more in each would go unseen: with a tick and reminders', async () => {
    const { sent, value } = await cycleAfter(HOUR_MS);
    assert.equal(value.ticked, true);
    assert.ok(sent.length <= WITH_A_TICK, sent.join('\n'));
    assert.equal(sent.filter((text) => text.startsWith('begin')).length, 1, 'one transaction');
    await assertInvariants(house);
  });

  test('a statement more in each would go unseen: between ticks', async () => {
    await cycleAfter(HOUR_MS);
    const { sent, value } = await cycleAfter(SECOND_MS);
    assert.equal(value.ticked, false);
    assert.ok(sent.length <= WITHOUT, sent.join('\n'));
  });
});
