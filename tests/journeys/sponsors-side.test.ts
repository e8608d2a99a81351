/** Who stands on the side of a member that vouches has no part in an application. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { stateAffiliation } from '../../src/programme/affiliations.ts';
import { readSecondPerson } from '../../src/programme/people/second-person.ts';
import { json } from '../support/edge.ts';
import { choose } from '../support/forms.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  person,
  type TestReader,
} from '../support/house.ts';
import { APPLICATION, joiningPack, stranger } from '../support/joining.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const STATED = {
  ...{ status: 'stated', duties: [], provenance: 'attested' },
  expiresAt: '2027-01-01T00:00:00Z',
};
type View = {
  state: string;
  content: { answers: { criterion: string; digest: string }[] };
  assessment: { verdict: string };
};
type Proposed = { proposal: { change: string; digest: string } };

describe('a person on the side of the sponsor', () => {
  let house: House;
  let sides: TwoSides;
  let firm: ParticipantId;
  let sponsor: TestReader;
  let both: Awaited<ReturnType<typeof person>>;
  let application: string;
  let secret: string;

  before(async () => {
    house = await openHouse({ pack: await joiningPack() });
    sides = await openTwoSides(house);
  });
  after(async () => {
    await sides.tearDown();
    await house.tearDown();
  });
  let round = 0;
  beforeEach(async () => {
    round += 1;
    firm = await admit(house, `Sponsor ${round}`, { tier: 'validate' });
    sponsor = await joinReader(house, firm);
    both = await person(house, 'Both', ['manager', 'approver']);
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const url = `/v1/public/programmes/${house.programme}/applications`;
    const seen = await stranger(sides, url, { ...APPLICATION, name: `Applies ${round}` });
    ({ application, code: secret } = json<{ application: string; code: string }>(seen));
  });

  const post = async (url: string, body: object, token: string) => {
    const seen = await sides.edge.post(url, body, { token });
    const answer = json<Proposed & { code?: string }>(seen);
    return { ...answer, said: answer.code ?? seen.status };
  };
  const view = async () =>
    json<View>(await sides.edge.get(`/v1/applications/${application}`, house.tokens.author));
  const state = () => {
    const { context, programme, clock } = house;
    const side = { participant: firm, person: both.id };
    return stateAffiliation(context, both.caller, programme, side, clock.now());
  };
  const vouch = async () => {
    const url = `/v1/applications/${application}/vouch`;
    const body = { name: `Applies ${round}` };
    assert.equal((await sides.edge.post(url, body, { by: sponsor })).status, 200);
  };
  const check = async (token: string, more: object = {}) => {
    const { criterion } = { criterion: 'track_record', ...more };
    const { answers } = (await view()).content;
    const digest = answers.find((each) => each.criterion === criterion)?.digest;
    const looked = { criterion, as: 'reviewer', expiresAt: null, reason: null, digest, ...more };
    return (await post(`/v1/applications/${application}/checks`, looked, token)).said;
  };
  const propose = (decision: string, token: string) =>
    post(
      `/v1/applications/${application}/proposals`,
      { decision, reason: 'So.', tier: null, consentMode: 'standing', duty: STATED },
      token,
    );
  const decide = async ({ proposal }: Proposed, decision: string, token: string) => {
    const url = `/v1/member-changes/${proposal.change}/decision`;
    return (await post(url, { decision, digest: proposal.digest }, token)).said;
  };

  test('checks, proposes, decides and vetoes nothing of it', async () => {
    const { tokens } = house;
    await vouch();
    await state();
    assert.equal(await check(both.token), 'CONFLICT_OF_INTEREST');
    assert.equal(await check(tokens.author), 200);
    for (const decision of ['accept', 'refuse']) {
      assert.equal((await propose(decision, both.token)).said, 'CONFLICT_OF_INTEREST', decision);
      const proposed = await propose(decision, tokens.author);
      assert.equal(proposed.said, 201);
      for (const how of ['confirm', 'refuse']) {
        assert.equal(await decide(proposed, how, both.token), 'CONFLICT_OF_INTEREST', how);
      }
      const veto = `/v1/announced/${proposed.proposal.change}/veto`;
      assert.equal((await post(veto, {}, both.token)).said, 'CONFLICT_OF_INTEREST');
      assert.equal(await decide(proposed, 'refuse', tokens.author), 200);
    }
    const refused = await propose('refuse', tokens.author);
    assert.equal(await decide(refused, 'confirm', tokens.approver), 200);
    await stranger(sides, '/v1/application/appeal', { text: 'But.' }, secret);
    const appeal = `/v1/applications/${application}/appeal/decision`;
    const granted = { outcome: 'granted', reason: 'Let us see.' };
    assert.equal((await post(appeal, granted, both.token)).said, 'CONFLICT_OF_INTEREST');
    assert.equal((await view()).state, 'refused');
  });

  test('has looked at nothing, where its firm vouches afterwards', async () => {
    const { tokens } = house;
    await state();
    assert.equal(await check(both.token), 200);
    await vouch();
    assert.equal((await view()).assessment.verdict, 'incomplete');
    assert.equal(await check(tokens.author), 200);
    assert.equal((await view()).assessment.verdict, 'acceptable');
  });

  test('has excused nobody, where its firm vouches afterwards', async () => {
    const { tokens } = house;
    const rebuild = { said: { form: 'rebuild', of: `Sponsor ${round}` }, evidence: null };
    const answers = { ...APPLICATION.answers, no_rebuild: rebuild };
    await stranger(sides, '/v1/application/answers', { answers }, secret);
    await state();
    const excuse = { criterion: 'no_rebuild', as: 'exception', reason: 'Another one by now.' };
    assert.equal(await check(both.token, excuse), 200);
    assert.equal(await check(tokens.author), 200);
    await vouch();
    assert.equal((await view()).assessment.verdict, 'refused');
    assert.equal(await check(tokens.author, excuse), 200);
    assert.equal((await view()).assessment.verdict, 'acceptable');
  });

  test('has proposed nothing that anybody confirms once that is known', async () => {
    const { tokens } = house;
    await vouch();
    await check(tokens.author);
    const proposed = await propose('accept', both.token);
    assert.equal(proposed.said, 201);
    await state();
    assert.equal(await decide(proposed, 'confirm', tokens.approver), 'CONFLICT_OF_INTEREST');
    const anew = await propose('accept', tokens.author);
    assert.equal(await decide(anew, 'confirm', tokens.approver), 200);
    assert.equal((await view()).state, 'accepted');
  });

  test('has announced nothing that takes effect', async () => {
    const { context, programme, clock } = house;
    await choose(house, 'admission', { form: 'one_then_veto', hours: 1 });
    const proposed = await propose('refuse', both.token);
    assert.equal(proposed.said, 201);
    await state();
    await vouch();
    clock.set(plus(clock.now(), HOUR_MS));
    assert.deepEqual((await house.cycle()).failed, []);
    assert.deepEqual((await readSecondPerson(context, programme)).announced, []);
    assert.equal((await view()).state, 'open');
  });
});
