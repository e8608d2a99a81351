import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { buildApp } from '../../src/http/app.ts';
import { buildOperatorApp } from '../../src/http/operator.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { openTokenDesk } from '../../src/programme/token-desk.ts';
import { openStore } from '../../src/store/database.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse } from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

/** A place where no database answers. */
const NOWHERE = { url: 'postgres://nobody:x@127.0.0.1:1/none' };

describe("the operator's socket", () => {
  let house: House;
  let edge: Edge;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());

  test('it says how the installation is, in numbers that name nothing', async () => {
    const reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    const small = await smallAlert(house);
    await runTick(house.context, house.clock.now());
    const operator = buildOperatorApp(edge.deps);
    const value = async (name: string) => {
      const text = (await operator.inject({ url: '/metrics' })).payload;
      assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-/);
      return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(text)?.[1]);
    };
    assert.equal(await value('tocsin_events_unplaced'), 0);
    house.clock.set(small.firstWave);
    assert.equal(await value('tocsin_waves_due'), 1);
    await releaseDue(house.context, house.clock.now());
    assert.equal(await value('tocsin_waves_due'), 0);
    assert.ok((await value('tocsin_events_unplaced')) > 0);
    assert.equal(await value('tocsin_last_tick_age_seconds'), 86_400);
    const url = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    assert.equal((await edge.get(url, reader.token)).status, 200);
    assert.equal(await value('tocsin_copies_served_total'), 1);
    assert.equal(await value('tocsin_http_requests_total'), 1);
    assert.equal((await operator.inject({ url: '/readyz' })).statusCode, 200);
  });

  test('without a database it lives, is not ready, and says so to everybody alike', async () => {
    const store = openStore({ issuer: NOWHERE, participant: NOWHERE });
    const context = { ...house.context, store, tokens: openTokenDesk(store) };
    const deps = { ...openEdge(house).deps, context };
    const operator = buildOperatorApp(deps);
    assert.equal((await operator.inject({ url: '/healthz' })).statusCode, 200);
    assert.equal((await operator.inject({ url: '/readyz' })).statusCode, 503);
    assert.match((await operator.inject({ url: '/metrics' })).payload, /^tocsin_store_up 0$/m);
    const app = buildApp(deps);
    const headers = { authorization: `Bearer ${house.tokens.author}` };
    for (const url of ['/v1/inbox', '/v1/programmes', '/v1/public/alerts', '/v1/log/checkpoint']) {
      const response = await app.inject({ url, headers });
      assert.equal(response.statusCode, 503);
      const found = json<{ code: string; detail: string }>({
        status: 503,
        headers: {},
        body: response.rawPayload,
      });
      assert.equal(found.code, 'STORE_UNAVAILABLE');
      assert.equal(found.detail, 'the database does not answer');
    }
    await store.close();
  });
});
