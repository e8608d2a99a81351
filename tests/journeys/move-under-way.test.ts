import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { recordConsent } from '../support/consent.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Small = Awaited<ReturnType<typeof smallAlert>>;
type Move = {
  readonly proposal: string;
  readonly digest: string;
  readonly difference: object;
  readonly lapses: readonly { readonly participant: string; readonly was: string }[];
};

const PER_ALERT = { consentMode: 'per_alert' } as const;

describe('another T0 for an alert under way, and the consents to it', () => {
  let house: House;
  let edge: Edge;
  let firms = 0;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());
  afterEach(() => assertInvariants(house));

  const firm = (tier: string): Promise<ParticipantId> => {
    firms += 1;
    return admit(house, `Firm ${firms}`, { ...PER_ALERT, tier });
  };
  const underWay = async (): Promise<Small> => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    return small;
  };
  const invite = ({ alert }: Small, participant: ParticipantId, deadline: Instant) => {
    const request = { alert, participant, deadline };
    return inviteToEmbargo(house.context, house.author, request, house.clock.now());
  };
  const sign = ({ alert }: Small, participant: ParticipantId) => {
    const change = { alert, participant, consent: 'signatory' } as const;
    return recordConsent(house, change, house.clock.now());
  };
  const propose = ({ alert }: Small, to: Instant) =>
    edge.post(
      `/v1/alerts/${alert}/disclosure/proposals`,
      { disclosureAt: formatInstant(to) },
      { token: house.tokens.author },
    );
  const proposal = async (id: string): Promise<Move> =>
    json<Move>(await edge.get(`/v1/disclosure-proposals/${id}`, house.tokens.approver));
  const putInForce = ({ proposal: id, digest }: Move) =>
    edge.post(
      `/v1/disclosure-proposals/${id}/approval`,
      { digest },
      { token: house.tokens.approver },
    );

  test('a proposal that is silent on whose consent it ends, or counts it as kept', async () => {
    const [signed, asked, absent] = [
      await firm('validate'),
      await firm('entry'),
      await firm('validate'),
    ];
    const small = await underWay();
    await sign(small, signed);
    await invite(small, asked, plus(small.disclosureAt, -2 * DAY_MS));
    const sooner = json<Move>(await propose(small, plus(small.disclosureAt, -1)));
    assert.deepEqual(sooner.lapses, [], 'shorter terms bind whoever accepted longer ones');
    const later = json<Move>(await propose(small, plus(small.disclosureAt, DAY_MS)));
    const lapses = [
      { participant: signed, was: 'signatory' },
      { participant: asked, was: 'invited' },
    ].sort((a, b) => (a.participant < b.participant ? -1 : 1));
    assert.deepEqual(later.lapses, lapses);
    const names = later.lapses.map(({ participant }) => participant);
    assert.ok(!names.includes(absent));
    assert.equal((await putInForce(later)).status, 200);
    await house.cycle();
    const after = json<Move>(await propose(small, plus(small.disclosureAt, 2 * DAY_MS)));
    assert.deepEqual(after.lapses, [], 'what has lapsed does not lapse again');
  });

  test('an approval of one list of lapsing consents that ends more of them', async () => {
    const late = await firm('entry');
    const small = await underWay();
    const move = json<Move>(await propose(small, plus(small.disclosureAt, DAY_MS)));
    await sign(small, late);
    assert.equal((await putInForce(move)).status, 409);
    const seen = await proposal(move.proposal);
    assert.deepEqual(seen.lapses, [{ participant: late, was: 'signatory' }]);
    assert.equal((await putInForce(seen)).status, 200);
  });

  test('a T0 brought forward so that a wave overtakes the answers to it', async () => {
    const asked = await firm('entry');
    const small = await underWay();
    const sooner = plus(small.disclosureAt, -6 * HOUR_MS);
    const move = json<Move>(await propose(small, sooner));
    await invite(small, asked, plus(small.disclosureAt, -DAY_MS));
    const refused = await propose(small, sooner);
    assert.equal(refused.status, 409);
    const problem = json<{ code: string; field: string; detail: string }>(refused);
    assert.deepEqual([problem.code, problem.field], ['CONFLICT', 'deadline']);
    assert.match(problem.detail, new RegExp(formatInstant(plus(sooner, -DAY_MS))));
    const again = await putInForce(await proposal(move.proposal));
    assert.deepEqual(json<{ code: string }>(again).code, 'CONFLICT', 'nor by an older proposal');
    const { schedule } = await readAlert(house.context, small.alert);
    assert.equal(schedule.disclosureAt, small.disclosureAt);
  });

  test('a list of who was asked that leaves out somebody, an answer or a deadline', async () => {
    const [open, gone] = [await firm('entry'), await firm('entry')];
    const small = await underWay();
    const deadline = plus(small.disclosureAt, -DAY_MS);
    await invite(small, open, deadline);
    await invite(small, gone, deadline);
    const change = { alert: small.alert, participant: gone, consent: 'declined' } as const;
    await changeConsent(house.context, house.author, change, house.clock.now());
    type Page = { items: { participant: string; answer: string | null }[]; next: string | null };
    const path = `/v1/alerts/${small.alert}/invitations?limit=1`;
    const first = json<Page>(await edge.get(path, house.tokens.approver));
    const second = json<Page>(
      await edge.get(`${path}&cursor=${first.next}`, house.tokens.approver),
    );
    const items = [...first.items, ...second.items];
    const byFirm = new Map(items.map((item) => [item.participant, item]));
    assert.equal(byFirm.get(gone)?.answer, 'overtaken');
    const { answer, ...rest } = { ...byFirm.get(open) };
    assert.equal(answer, null);
    assert.deepEqual(Object.keys(rest).sort(), [
      'deadline',
      'id',
      'invitedAt',
      'name',
      'participant',
      'terms',
    ]);
  });
});
