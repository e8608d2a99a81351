import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { type House, openHouse } from '../support/house.ts';

let house: House;

before(async () => {
  house = await openHouse();
});
after(() => house.tearDown());

// A machine that sleeps, or is moved to another host, wakes in the middle of one.
test('a transaction that stood still too long is to be tried again, not a defect', async () => {
  const { store } = house.context;
  const work = store.issuer(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = '50ms'`.execute(tx);
    await pause(500);
    await sql`select 1`.execute(tx);
  });
  await assert.rejects(work, { code: 'STORE_UNAVAILABLE' });
  await store.issuer((tx) => sql`select 1`.execute(tx));
});
