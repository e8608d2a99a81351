/** Nobody states so much of others that a participant's matters are their own alone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId, PersonId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { stateAffiliation } from '../../src/programme/affiliations.ts';
import { changeEnrolment } from '../../src/programme/member/change-participant.ts';
import { listRoles, withdraw } from '../../src/programme/people/roles.ts';
import { readSecondPerson } from '../../src/programme/people/second-person.ts';
import { enrolmentOf } from '../../src/store/participant-reader.ts';
import { type Edge, openEdge } from '../support/edge.ts';
import { choose } from '../support/forms.ts';
import { admit, enrolment, type House, openHouse, person } from '../support/house.ts';

describe('what one person states of others', () => {
  let house: House;
  let edge: Edge;
  let one: Awaited<ReturnType<typeof person>>;
  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = await person(house, 'States of all others', ['author']);
  });
  after(() => house.tearDown());

  const firmOf = (name: string) => admit(house, name, { tier: 'entry' });
  const post = (path: string, body: object, token: string) =>
    edge.post(`/v1/programmes/${house.programme}/${path}`, body, { token });
  const state = (token: string, participant: ParticipantId, who: PersonId) =>
    post('affiliations', { participant, person: who }, token);
  const end = (token: string, participant: ParticipantId, who: PersonId) =>
    post('affiliations/end', { participant, person: who }, token);
  const suspend = (token: string, participant: ParticipantId) =>
    post(`participants/${participant}/standing`, { to: 'suspended', reason: 'other' }, token);

  test('leaves two who decide on no side: of others no more is stated', async () => {
    const { author, approver, tokens } = house;
    const firm = await firmOf('Of nobody');
    for (const who of [author.id, approver.id]) {
      const { status, body } = await state(one.token, firm, who);
      assert.equal(status, 409, body.toString());
      assert.match(body.toString(), /expected 2 managers or approvers .* found 1/);
    }
    assert.equal((await suspend(tokens.author, firm)).status, 200);
  });

  test('of oneself one may, and nobody is stated beside', async () => {
    const { approver, author, tokens } = house;
    const firm = await firmOf('Of one of two');
    assert.equal((await state(tokens.author, firm, author.id)).status, 200);
    assert.equal((await state(one.token, firm, approver.id)).status, 409);
    assert.equal((await suspend(tokens.approver, firm)).status, 200);
  });

  test('of who decides nothing it is stated however few do', async () => {
    const firm = await firmOf('Of an investigator');
    const { id } = await person(house, 'Looks', ['investigator']);
    const { author, tokens } = house;
    assert.equal((await state(tokens.author, firm, author.id)).status, 200);
    assert.equal((await state(one.token, firm, id)).status, 200);
  });

  test('what is stated already is said to be, however few are left', async () => {
    const { author, tokens } = house;
    const firm = await firmOf('Of one, again');
    assert.equal((await state(tokens.author, firm, author.id)).status, 200);
    const again = await state(one.token, firm, author.id);
    assert.deepEqual(JSON.parse(again.body.toString()), { stated: false });
  });

  test('of two at once one is refused', async () => {
    const { context, programme, author, approver, clock } = house;
    const firm = await firmOf('Of two at once');
    const third = await person(house, 'Third', ['manager']);
    const stating = [author.id, approver.id, third.id].map((who) =>
      stateAffiliation(
        context,
        one.caller,
        programme,
        { participant: firm, person: who },
        clock.now(),
      ).then(
        () => 'stated',
        (error: { code: string }) => error.code,
      ),
    );
    const came = (await Promise.all(stating)).toSorted();
    assert.deepEqual(came, ['CONFLICT', 'CONFLICT', 'stated']);
    await withdraw(context, author, third.id, ['manager'], clock.now());
  });

  test('is ended by an approver who is left, where no other manager is', async () => {
    const firm = await firmOf('Of a manager');
    const approver = await person(house, 'Approves alone', ['approver']);
    const manager = await person(house, 'Manages', ['manager']);
    const { author, approver: second, tokens } = house;
    for (const [token, id] of [
      [tokens.author, author.id],
      [tokens.approver, second.id],
    ] as const) {
      assert.equal((await state(token, firm, id)).status, 200);
    }
    const states = await person(house, 'States and manages', ['manager']);
    assert.equal((await state(states.token, firm, manager.id)).status, 200);
    assert.equal((await state(states.token, firm, approver.id)).status, 409);
    assert.equal((await end(manager.token, firm, manager.id)).status, 403, 'its own');
    assert.equal((await end(approver.token, firm, manager.id)).status, 200);
    assert.equal((await suspend(manager.token, firm)).status, 200);
  });

  test('takes the veto of what they announce from nobody who is left', async () => {
    const { context, programme, clock } = house;
    await choose(house, 'member_facts', { form: 'one_then_veto', hours: 1 });
    const alone = await person(house, 'Manages alone', ['manager']);
    const firm = await firmOf('Announced');
    const stated = { ...enrolment({ tier: 'validate' }), profile: null };
    const now = clock.now();
    const { proposal } = await changeEnrolment(context, alone.caller, programme, firm, stated, now);
    assert.ok(proposal);
    const { approver, tokens } = house;
    const { people } = await listRoles(context, now);
    for (const { id, scopes } of people) {
      if (scopes.length === 0 || id === alone.id || id === approver.id) continue;
      assert.equal((await state(alone.token, firm, id)).status, 200);
    }
    assert.equal((await state(alone.token, firm, approver.id)).status, 409);
    const vetoing = `/v1/announced/${proposal.change}/veto`;
    assert.equal((await edge.post(vetoing, {}, { token: tokens.approver })).status, 200);
    clock.set(plus(clock.now(), 2 * HOUR_MS));
    await house.cycle();
    const found = await context.store.issuer((tx) => enrolmentOf(tx, programme, firm));
    assert.equal(found?.enrolment.tier, 'entry');
    const { announced } = await readSecondPerson(context, programme);
    assert.deepEqual(announced, []);
  });
});
