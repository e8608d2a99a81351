/** What anybody may read of who is in a programme. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import type { Register } from '../../src/domain/register.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { decideStanding } from '../../src/programme/member/standing-steps.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, openHouse } from '../support/house.ts';

const UNKNOWN = '3f2b8c1e-0000-4000-8000-000000000001';
type Entry = { name: string; as: string; reason: string | null; since: string | null };
type Proposed = { proposal: { change: string; digest: string } };

describe('a public register', () => {
  let house: House;
  let edge: Edge;
  let firm: ParticipantId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    firm = await admit(house, 'Alder Security', { tier: 'validate' });
    await admit(house, 'Birch Defence', { tier: 'entry' });
    await admit(house, 'Cedar Applicant', { standing: 'applicant' });
  });
  after(() => house.tearDown());

  const url = (programme: string) => `/v1/public/programmes/${programme}/register`;
  const read = () => edge.get(url(house.programme));
  const listed = async () => json<{ items: Entry[] }>(await read()).items;
  const names = async () => (await listed()).map(({ name, as }) => `${name}: ${as}`);
  const propose = (register: Register) =>
    edge.post(
      `/v1/programmes/${house.programme}/register`,
      { register },
      { token: house.tokens.author },
    );
  const decide = ({ proposal: { change, digest } }: Proposed, token: string) =>
    edge.post(`/v1/member-changes/${change}/decision`, { decision: 'confirm', digest }, { token });
  const publish = async (register: Register) => {
    const proposed = json<Proposed>(await propose(register));
    assert.equal((await decide(proposed, house.tokens.approver)).status, 200);
  };

  test('where nothing is published, the programme looks like one there is not', async () => {
    assert.deepEqual(await read(), await edge.get(url(UNKNOWN)));
    assert.equal((await read()).status, 404);
    assert.equal((await propose('none')).status, 409);
  });

  test('one person publishes nothing; two publish members, not who only applied', async () => {
    const proposed = json<Proposed>(await propose('members'));
    assert.equal((await decide(proposed, house.tokens.author)).status, 403);
    assert.equal((await read()).status, 404);
    assert.equal((await decide(proposed, house.tokens.approver)).status, 200);
    assert.deepEqual(await names(), ['Alder Security: member', 'Birch Defence: member']);
  });

  test('whom one person suspended is not published before another confirms', async () => {
    await publish('sanctions');
    const { context, author, approver, programme, clock } = house;
    const now = clock.now();
    const down = { to: 'suspended', reason: 'breach_suspected' } as const;
    const { step } = await changeStanding(context, author, programme, firm, down, now);
    const before = ['Alder Security: member', 'Birch Defence: member'];
    assert.deepEqual(await names(), before, 'not by its absence either');
    assert.ok(step);
    await decideStanding(context, approver, step, 'confirm', now);
    const [entry] = await listed();
    assert.equal(entry?.as, 'suspended');
    assert.equal(entry?.reason, 'breach_suspected');
    assert.ok(entry?.since);
  });

  test('a register of members alone says nothing of whom it suspended', async () => {
    await publish('members');
    assert.deepEqual(await names(), ['Birch Defence: member']);
  });
});
