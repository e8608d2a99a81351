/** Whom somebody is to look at, and why. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  stand,
  type TestReader,
} from '../support/house.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

type Due = {
  items: {
    participant: string;
    lastAt: string | null;
    causes: { code: string; what: string | null; alert: string | null; at: string | null }[];
  }[];
};

describe('reviews of members', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let steady: ParticipantId;
  let ending: ParticipantId;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    author = { token: house.tokens.author };
    await enactSection(house, 'duties', 'duties:\n  acknowledge: 2d\n');
    const now = house.clock.now();
    steady = await admit(house, 'Steady', { tier: 'validate' });
    const agreement = { signedAt: plus(now, -DAY_MS), expiresAt: plus(now, 20 * DAY_MS) };
    ending = await admit(house, 'Ending', { tier: 'validate', agreement });
    reader = await joinReader(house, steady);
  });
  after(() => house.tearDown());

  const causesOf = async (participant: ParticipantId, days = 30) => {
    const path = `/v1/programmes/${house.programme}/reviews?days=${days}`;
    const { items } = json<Due>(await edge.get(path, author.token));
    return items.find((each) => each.participant === participant)?.causes ?? [];
  };
  const codesOf = async (participant: ParticipantId, days = 30) =>
    (await causesOf(participant, days)).map(({ code }) => code);
  const reviewed = (participant: string, body: object) =>
    edge.post(
      `/v1/programmes/${house.programme}/participants/${participant}/reviews`,
      { note: null, ...body },
      author,
    );

  test('everybody is due until somebody has looked, and when that time has come', async () => {
    assert.deepEqual(await codesOf(steady), ['NEVER_REVIEWED']);
    const nextAt = formatInstant(plus(house.clock.now(), 100 * DAY_MS));
    assert.equal((await reviewed(steady, { nextAt, note: 'All is well.' })).status, 201);
    assert.deepEqual(await codesOf(steady), []);
    assert.deepEqual(await codesOf(steady, 100), ['REVIEW_DUE']);
    const { rows } = await house.context.store.issuer(async (tx) => ({
      rows: await tx.selectFrom('member_review').select('note_enc').execute(),
    }));
    assert.ok(rows.every(({ note_enc }) => !note_enc?.includes('well')));
  });

  test('a fact that ends is a cause from the edge of the window on', async () => {
    const at = plus(house.clock.now(), 20 * DAY_MS);
    const cause = { code: 'FACT_ENDS', what: 'agreement', alert: null, at: formatInstant(at) };
    assert.deepEqual((await causesOf(ending, 20))[0], cause);
    assert.ok(!(await codesOf(ending, 19)).includes('FACT_ENDS'));
  });

  test('what is overdue, and a leak until somebody has looked', async () => {
    const { alert, artifact, firstWave, disclosureAt } = await smallAlert(house);
    house.clock.set(firstWave);
    await house.cycle();
    const copy = await edge.get(`/v1/inbox/${alert}/artifacts/${artifact}/copy`, reader.token);
    assert.equal(copy.status, 200);
    assert.deepEqual(await codesOf(steady), []);
    const noticedAt = formatInstant(house.clock.now());
    const report = { what: 'a page', toWhom: 'a customer', prevention: 'training' };
    const leaks = `/v1/inbox/${alert}/leaks`;
    assert.equal((await edge.post(leaks, { noticedAt, report }, { by: reader })).status, 201);
    assert.deepEqual(await codesOf(steady), ['LEAK_REPORTED']);
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const nextAt = formatInstant(plus(house.clock.now(), 200 * DAY_MS));
    assert.equal((await reviewed(steady, { nextAt })).status, 201);
    assert.deepEqual(await codesOf(steady), []);
    house.clock.set(plus(house.clock.now(), 8 * DAY_MS));
    const [overdue] = await causesOf(steady);
    assert.deepEqual([overdue?.code, overdue?.alert], ['OBLIGATION_OVERDUE', alert]);
    house.clock.set(plus(disclosureAt, DAY_MS));
    await house.cycle();
    assert.deepEqual(await codesOf(steady), ['OBLIGATION_OVERDUE'], 'disclosure forgives nothing');
    assert.equal((await reviewed(steady, { nextAt })).status, 201);
    assert.deepEqual(await codesOf(steady), [], 'somebody has looked');
  });

  test('who is out is not looked at; a time that is past, and nobody, are refused', async () => {
    await stand(house, ending, 'suspended');
    assert.deepEqual(await codesOf(ending), []);
    const past = await reviewed(steady, { nextAt: formatInstant(house.clock.now()) });
    assert.deepEqual([past.status, json<{ field: string }>(past).field], [400, 'nextAt']);
    const nextAt = formatInstant(plus(house.clock.now(), DAY_MS));
    assert.equal((await reviewed(house.programme, { nextAt })).status, 404);
  });
});
