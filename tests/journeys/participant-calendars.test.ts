/** Whose holidays a T0 must not fall on: those of the participants, by calendars of the policy. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { activateProposal, proposePolicy } from '../../src/programme/policy/change-policy.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, openHouse, stand } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { timedPack } from '../support/timing-pack.ts';

const calendar = (name: string, holiday: string) => `    ${name}:
      {zone: UTC, weekend: [Sat, Sun], covers: 2025-01-01 to 2025-12-31, holidays: {${holiday}}}
`;
const RULE = `  no_embargo_when: []
  disclosure: {must: {business_day_of: [participants]}}
  calendars:
`;
const SECTION = `${RULE}${calendar('varennia', '2025-07-07: Founding Day')}`;

describe('calendars of participants', () => {
  let house: House;
  let edge: Edge;
  let operator: { token: string };
  let firm: ParticipantId;

  before(async () => {
    const norrland = calendar('norrland', '2025-07-09: Midsummer');
    house = await openHouse({ pack: await timedPack(`${SECTION}${norrland}`) });
    edge = openEdge(house);
    operator = { token: house.tokens.author };
    firm = await admit(house, 'Firm', { tier: 'validate' });
  });
  after(() => house.tearDown());

  const participant = () => `/v1/programmes/${house.programme}/participants/${firm}`;
  const keeps = (name: string | null): Promise<Seen> =>
    edge.post(`${participant()}/calendar`, { calendar: name }, operator);
  const draft = async (day: string): Promise<{ status: number; text: string }> => {
    const body = { title: 'Small', tlp: 'AMBER', usePermissions: ['read'] };
    const path = `/v1/programmes/${house.programme}/alerts`;
    const disclosureAt = `${day}T15:00:00Z`;
    const answer = await edge.post(path, { ...body, disclosureAt }, operator);
    return { status: answer.status, text: answer.body.toString() };
  };

  test('a T0 on a holiday of somebody of whom a calendar is known is refused', async () => {
    assert.equal((await draft('2025-07-07')).status, 201, 'nobody has said anything');
    assert.equal((await keeps('varennia')).status, 200);
    const refused = await draft('2025-07-07');
    assert.equal(refused.status, 422);
    assert.match(refused.text, /HOLIDAY.*business_day_of/);
    assert.equal((await draft('2025-07-08')).status, 201);
    assert.equal((await draft('2025-07-09')).status, 201, 'not its holiday');
    const shown = json<{ calendar: string | null }>(await edge.get(participant(), operator.token));
    assert.equal(shown.calendar, 'varennia');
  });

  test('a calendar that the policy does not have cannot be kept', async () => {
    const refused = await keeps('suderland');
    assert.equal(refused.status, 400);
    assert.match(refused.body.toString(), /varennia, norrland/);
  });

  test('who is suspended asks for no day, and who keeps none asks for none', async () => {
    const turn = (to: 'suspended' | 'active') => stand(house, firm, to);
    await turn('suspended');
    assert.equal((await draft('2025-07-07')).status, 201);
    await turn('active');
    assert.equal((await draft('2025-07-07')).status, 422);
    assert.equal((await keeps(null)).status, 200);
    assert.equal((await draft('2025-07-07')).status, 201);
  });

  test('a policy that has lost a calendar gives no T0 until that is mended', async () => {
    const { context, author, approver, programme, clock } = house;
    assert.equal((await keeps('norrland')).status, 200);
    const next = await timedPack(SECTION);
    const { proposal, digest } = await proposePolicy(context, author, programme, next, clock.now());
    await activateProposal(context, approver, proposal, digest, clock.now());
    const refused = await draft('2025-07-08');
    assert.equal(refused.status, 400);
    assert.match(refused.text, /norrland/);
    assert.equal((await keeps('varennia')).status, 200);
    assert.equal((await draft('2025-07-08')).status, 201);
    await assertInvariants(house);
  });
});
