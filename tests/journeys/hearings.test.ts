/** A participant is heard before two persons remove it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';

type Own = { hearings: { step: string; to: string; until: string; heardAt: string | null }[] };
type Taken = { step: string; inForce: boolean };

describe('a hearing', () => {
  let house: House;
  let edge: Edge;
  let firm: TestReader;
  let other: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  beforeEach(async () => {
    firm = await joinReader(house, await admit(house, `Firm ${house.clock.now()}`, {}));
    other = await joinReader(house, await admit(house, `Other ${house.clock.now()}`, {}));
    house.clock.set(plus(house.clock.now(), HOUR_MS));
  });
  after(() => house.tearDown());

  const path = () =>
    `/v1/programmes/${house.programme}/participants/${firm.caller.participant}/standing`;
  const remove = (more: object) =>
    edge.post(
      path(),
      { to: 'removed', reason: 'breach_confirmed', evidence: 'what we know', ...more },
      { token: house.tokens.author },
    );
  const decide = (step: string, decision: 'confirm' | 'refuse') =>
    edge.post(
      `/v1/standing-steps/${step}/decision`,
      { decision },
      { token: house.tokens.approver },
    );
  const own = async ({ token }: TestReader) =>
    json<Own>(await edge.get('/v1/standing', token)).hearings;
  const state = (step: string, by: TestReader, text = 'It was our test machine.') =>
    edge.post(`/v1/standing/${step}/statement`, { text }, { by });
  const proposed = async () => json<Taken>(await remove({ hearingHours: 72 })).step;
  const codeOf = (seen: Seen) => json<{ code: string }>(seen).code;

  test('it is told what is proposed and why, and nothing of who or on what evidence', async () => {
    const step = await proposed();
    const seen = await edge.get('/v1/standing', firm.token);
    const [hearing] = json<Own>(seen).hearings;
    assert.deepEqual([hearing?.step, hearing?.to, hearing?.heardAt], [step, 'removed', null]);
    assert.ok(!seen.body.includes('what we know') && !seen.body.includes(house.author.id));
    const { items } = json<{ items: { kind: string }[] }>(
      await edge.get('/v1/notices', firm.token),
    );
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['hearing_opened'],
    );
    assert.deepEqual(await own(other), []);
  });

  test('nobody confirms before it has said something; then the issuer reads it', async () => {
    const step = await proposed();
    assert.equal(codeOf(await decide(step, 'confirm')), 'CONFLICT');
    assert.equal((await state(step, firm)).status, 200);
    assert.equal((await state(step, firm, 'Once more.')).status, 409);
    const { steps } = json<{ steps: { hearing: { said: { text: string } | null } | null }[] }>(
      await edge.get(path(), house.tokens.approver),
    );
    assert.equal(steps[0]?.hearing?.said?.text, 'It was our test machine.');
    assert.equal((await decide(step, 'confirm')).status, 200);
    assert.deepEqual(await own(firm), []);
  });

  test('silence holds nothing up beyond its time', async () => {
    const step = await proposed();
    house.clock.set(plus(house.clock.now(), 72 * HOUR_MS - 1));
    assert.equal(codeOf(await decide(step, 'confirm')), 'CONFLICT');
    house.clock.set(plus(house.clock.now(), 1));
    assert.equal((await decide(step, 'confirm')).status, 200);
  });

  test('a proposal may be refused at any time, and its hearing is over', async () => {
    const step = await proposed();
    assert.equal((await decide(step, 'refuse')).status, 200);
    assert.deepEqual(await own(firm), []);
    assert.equal((await state(step, firm)).status, 404);
  });

  test('what is of another, or no hearing, answers as what there is not', async () => {
    const step = await proposed();
    const unknown = await state('3f2b8c1e-0000-4000-8000-000000000001', firm);
    assert.equal(unknown.status, 404);
    assert.deepEqual(await state(step, other), unknown);
    await decide(step, 'refuse');
    const { step: without } = json<Taken>(await remove({}));
    assert.deepEqual(await state(without, firm), unknown);
    assert.equal((await decide(without, 'confirm')).status, 200, 'heard only where asked');
  });

  test('what is in force at once is not held up by a hearing', async () => {
    const down = { to: 'suspended', reason: 'breach_suspected', hearingHours: 24 };
    const seen = await edge.post(path(), down, { token: house.tokens.author });
    assert.equal(seen.status, 400);
    assert.match(seen.body.toString(), /"field":"hearingHours"/);
    const up = json<{ standing: string }>(await edge.get(path(), house.tokens.author));
    assert.equal(up.standing, 'active');
  });

  // Last: the clock is doubted from then on.
  test('a clock that is doubted ends no time to be heard', async () => {
    const step = await proposed();
    await house.cycle();
    const ahead = plus(house.clock.now(), 72 * HOUR_MS);
    house.clock.set(ahead);
    const reading = { wall: ahead, jumped: true, starting: false, database: async () => ahead };
    assert.deepEqual(await guardClock(house.context, reading), { doubted: true });
    assert.equal(codeOf(await decide(step, 'confirm')), 'CONFLICT');
    assert.equal((await state(step, firm)).status, 200);
    assert.equal((await decide(step, 'confirm')).status, 200);
  });
});
