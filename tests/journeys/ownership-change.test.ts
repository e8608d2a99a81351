/** A member changes hands: seen, suspended, heard, reinstated; all over the API. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DAY_MS, formatInstant, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  person,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Step = { id: string; to: string; reason: string; appeal: string | null };

describe('a member that changes hands', () => {
  let house: House;
  let edge: Edge;
  let member: TestReader;
  let path: string;
  let copy: string;
  let third: string;
  let step: string;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    member = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    path = `/v1/programmes/${house.programme}/participants/${member.caller.participant}`;
    third = (await person(house, 'Third', ['approver'])).token;
    const small = await smallAlert(house);
    copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    house.clock.set(small.firstWave);
    await house.cycle();
    const nextAt = formatInstant(plus(house.clock.now(), 300 * DAY_MS));
    const looked = { nextAt, note: null };
    await edge.post(`${path}/reviews`, looked, { token: house.tokens.author });
    house.clock.set(plus(house.clock.now(), HOUR_MS));
  });
  after(() => house.tearDown());

  const fetched = async () => (await edge.get(copy, member.token)).status;
  const standing = async () =>
    json<{ standing: string }>(await edge.get(`${path}/standing`, house.tokens.author)).standing;
  const decide = (of: string, token: string) =>
    edge.post(`/v1/standing-steps/${of}/decision`, { decision: 'confirm' }, { token });
  const causes = async () => {
    const url = `/v1/programmes/${house.programme}/reviews`;
    type Due = { items: { participant: string; causes: { code: string }[] }[] };
    const { items } = json<Due>(await edge.get(url, house.tokens.author));
    const own = items.find(({ participant }) => participant === member.caller.participant);
    return own?.causes.map(({ code }) => code) ?? [];
  };
  const own = async () =>
    json<{ steps: Step[] }>(await edge.get('/v1/standing', member.token)).steps;

  test('it states its new owner, and the issuer is to look at it', async () => {
    assert.equal(await fetched(), 200);
    assert.deepEqual(await causes(), []);
    const facts = {
      ...{ jurisdictions: null, duties: null, products: null, contacts: null, calendar: null },
      ...{ maxEmbargoMs: null, affiliates: [{ name: 'Norrland Holding', relation: 'owner' }] },
    };
    const said = await edge.post('/v1/facts', { programme: null, facts }, { by: member });
    assert.equal(said.status, 201, said.body.toString());
    assert.deepEqual(await causes(), ['FACTS_STATED']);
  });

  test('suspended by one, at once, for that reason; another confirms it', async () => {
    const down = { to: 'suspended', reason: 'ownership_changed', evidence: 'owner not known' };
    const taken = await edge.post(`${path}/standing`, down, { token: house.tokens.author });
    step = json<{ step: string }>(taken).step;
    assert.equal(await fetched(), 404);
    assert.equal((await decide(step, house.tokens.author)).status, 403, 'not by the same');
    assert.equal((await decide(step, house.tokens.approver)).status, 200);
    const [told] = await own();
    assert.deepEqual([told?.to, told?.reason], ['suspended', 'ownership_changed']);
  });

  test('its appeal is decided by who had no part, and two reinstate it', async () => {
    const text = 'The owner is a holding of our own staff.';
    const appealed = await edge.post(`/v1/standing/${step}/appeal`, { text }, { by: member });
    assert.equal(appealed.status, 200);
    const url = `/v1/standing-steps/${step}/appeal/decision`;
    for (const token of [house.tokens.author, house.tokens.approver]) {
      assert.equal((await edge.post(url, { outcome: 'granted' }, { token })).status, 403);
    }
    const granted = await edge.post(url, { outcome: 'granted' }, { token: third });
    const { proposal } = json<{ proposal: string }>(granted);
    assert.equal(await fetched(), 404, 'one person reinstates nobody');
    assert.equal((await decide(proposal, third)).status, 403);
    assert.equal((await decide(proposal, house.tokens.approver)).status, 200);
  });

  test('served again at once, without waiting for a wave; looked at, due no more', async () => {
    assert.equal(await standing(), 'active');
    assert.equal(await fetched(), 200);
    assert.deepEqual(await causes(), ['FACTS_STATED']);
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const nextAt = formatInstant(plus(house.clock.now(), 300 * DAY_MS));
    const looked = { nextAt, note: 'Its new owner is known.' };
    await edge.post(`${path}/reviews`, looked, { token: house.tokens.author });
    assert.deepEqual(await causes(), []);
    await assertInvariants(house);
  });
});
