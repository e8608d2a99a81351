/** Who is in, and on what facts, is no one person's act; what only takes away is. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, parseInstant, plus } from '../../src/domain/instant.ts';
import { presentEnrolment } from '../../src/http/schemas/enrolment.ts';
import type { Waiting } from '../../src/programme/member/member-change.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  REPORTS_TO_GOVERNMENT,
  stand,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

const BEGIN = parseInstant('2025-01-01T00:00:00Z');

type Proposed = { participant: ParticipantId; proposal: Waiting | null };
type Item = { id: string; code: string; participant: string; proposer: string };

describe('who is in, and on what facts, takes two persons', () => {
  let house: House;
  let edge: Edge;
  let one: string;
  let two: string;
  let copy: string;
  let firm: ParticipantId;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = house.tokens.author;
    two = house.tokens.approver;
    const small = await smallAlert(house);
    copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());
  beforeEach(async ({ name }) => {
    firm = await admit(house, `Firm of: ${name}`.slice(0, 190), { tier: 'validate' });
    reader = await joinReader(house, firm);
  });

  const programme = () => `/v1/programmes/${house.programme}`;
  const post = (path: string, body: object, token = one): Promise<Seen> =>
    edge.post(path, body, { token });
  const said = async (path: string, body: object, status = 200): Promise<Proposed> => {
    const seen = await post(path, body);
    assert.equal(seen.status, status, seen.body.toString());
    return json<Proposed>(seen);
  };
  const admission = (name: string, change: Partial<Enrolment> = {}) =>
    said(
      `${programme()}/participants`,
      { name, enrolment: presentEnrolment(enrolment({ tier: 'validate', ...change })) },
      201,
    );
  const restated = (change: Partial<Enrolment>, who = firm) =>
    said(`${programme()}/participants/${who}/enrolment`, {
      enrolment: presentEnrolment(enrolment({ tier: 'validate', ...change })),
    });
  const decide = ({ change, digest }: Waiting, token: string, decision = 'confirm') =>
    post(`/v1/member-changes/${change}/decision`, { decision, digest }, token);
  const status = async (who: ParticipantId) =>
    (await edge.get(`${programme()}/participants/${who}`, one)).status;
  const served = async (who = reader) => (await edge.get(copy, who.token)).status;
  const waits = async ({ change }: Waiting): Promise<Item | undefined> =>
    json<{ items: Item[] }>(await edge.get(`${programme()}/work-items`, one)).items.find(
      ({ id }) => id === change,
    );
  const refused = (seen: Seen, code: string) =>
    assert.equal(json<{ code: string }>(seen).code, code, seen.body.toString());
  const waiting = ({ proposal }: Proposed): Waiting => {
    assert.ok(proposal, 'expected it to wait for a second person');
    return proposal;
  };

  test('an admission by one person admits nobody; another confirms what was shown', async () => {
    const proposed = await admission('Newcomer');
    const proposal = waiting(proposed);
    assert.equal(await status(proposed.participant), 404);
    const invite = { label: 'soc' };
    const seat = `${programme()}/participants/${proposed.participant}/readers`;
    assert.equal((await post(seat, invite)).status, 404, 'nobody to invite yet');
    assert.equal((await waits(proposal))?.code, 'MEMBER_CHANGE_PROPOSED');
    refused(await decide(proposal, one), 'SECOND_PERSON');
    refused(await decide({ ...proposal, digest: '0'.repeat(64) }, two), 'APPROVAL_VOID');
    const view = json<{ kind: string; name: string; digest: string }>(
      await edge.get(`/v1/member-changes/${proposal.change}`, two),
    );
    assert.deepEqual(
      [view.kind, view.name, view.digest],
      ['admission', 'Newcomer', proposal.digest],
    );
    assert.equal(await status(proposed.participant), 404);
    assert.equal((await decide(proposal, two)).status, 200);
    assert.equal(await status(proposed.participant), 200);
    assert.equal(await waits(proposal), undefined);
    assert.equal(await served(await joinReader(house, proposed.participant)), 200);
    refused(await decide(proposal, two), 'CONFLICT');
    await assertInvariants(house);
  });

  test('another token of the same person is no second person', async () => {
    const both = await person(house, 'Both', ['manager', 'approver']);
    const body = { name: 'Alone', enrolment: presentEnrolment(enrolment()) };
    const seen = await post(`${programme()}/participants`, body, both.token);
    refused(await decide(waiting(json<Proposed>(seen)), both.token), 'SECOND_PERSON');
  });

  test('a refused admission admits nobody, and leaves the name free', async () => {
    const proposed = await admission('Unwanted');
    assert.equal((await decide(waiting(proposed), two, 'refuse')).status, 200);
    assert.equal(await status(proposed.participant), 404);
    refused(await decide(waiting(proposed), two), 'CONFLICT');
    const again = await admission('Unwanted');
    assert.equal((await decide(waiting(again), one, 'refuse')).status, 200, 'taken back');
  });

  test('two proposals of one name: one counts', async () => {
    const [a, b] = [await admission('Twice'), await admission('Twice')];
    const answers = await Promise.all([decide(waiting(a), two), decide(waiting(b), two)]);
    assert.deepEqual(answers.map((seen) => seen.status).sort(), [200, 409]);
    const taken = { name: 'Twice', enrolment: presentEnrolment(enrolment()) };
    refused(await post(`${programme()}/participants`, taken), 'CONFLICT');
  });

  const opening: Readonly<Record<string, Partial<Enrolment>>> = {
    'another tier': { tier: 'ans' },
    'a longer agreement': { agreement: { signedAt: BEGIN, expiresAt: plus(BEGIN, 9e11) } },
    'other roles': { profile: { ...enrolment().profile, roles: ['vendor'] } },
    'an addendum': { profile: { ...enrolment().profile, addenda: ['external_ai'] } },
  };
  for (const [what, change] of Object.entries(opening)) {
    test(`${what} is no one person's to say`, async () => {
      const proposed = await restated(change);
      const proposal = waiting(proposed);
      const before = await edge.get(`${programme()}/participants/${firm}`, one);
      refused(await decide(proposal, one), 'SECOND_PERSON');
      const after = await edge.get(`${programme()}/participants/${firm}`, one);
      assert.deepEqual(json(after), json(before));
      assert.equal((await decide(proposal, two)).status, 200);
      const now = json<{ enrolment: object }>(
        await edge.get(`${programme()}/participants/${firm}`, one),
      );
      const stated = presentEnrolment(enrolment({ tier: 'validate', ...change }));
      assert.deepEqual(now.enrolment, stated);
    });
  }

  test('a duty learnt shuts at once; that it is gone takes two', async () => {
    assert.equal(await served(), 200);
    const learnt = await restated({ duty: REPORTS_TO_GOVERNMENT });
    assert.equal(learnt.proposal, null);
    assert.equal(await served(), 404);
    const gone = waiting(await restated({}));
    refused(await decide(gone, one), 'SECOND_PERSON');
    assert.equal(await served(), 404);
    assert.equal((await decide(gone, two)).status, 200);
    assert.equal(await served(), 200);
    await assertInvariants(house);
  });

  test('what was proposed of other facts is not put in force over what was learnt', async () => {
    const better = waiting(await restated({ tier: 'ans' }));
    await restated({ duty: REPORTS_TO_GOVERNMENT });
    refused(await decide(better, two), 'CONFLICT');
    assert.equal(await served(), 404);
  });

  test('a suspension made meanwhile stays', async () => {
    const better = waiting(await restated({ tier: 'ans' }));
    await stand(house, firm, 'suspended');
    assert.equal((await decide(better, two)).status, 200);
    assert.equal(await served(), 404);
  });

  test('an agreement that ends earlier, and consent for each alert, need nobody', async () => {
    const { agreement } = enrolment();
    assert.ok(agreement);
    const earlier = { ...agreement, expiresAt: plus(house.clock.now(), HOUR_MS) };
    assert.equal((await restated({ agreement: earlier })).proposal, null);
    const asked = await restated({ agreement: earlier, consentMode: 'per_alert' });
    assert.equal(asked.proposal, null);
    assert.equal(await served(), 404);
  });

  test('doubt of confidentiality is one person’s to raise and two persons’ to end', async () => {
    const path = `${programme()}/participants/${firm}/doubt`;
    assert.deepEqual(await said(path, { doubted: true }), { doubted: true, proposal: null });
    const ended = await said(path, { doubted: false });
    const proposal = waiting(ended);
    refused(await decide(proposal, one), 'SECOND_PERSON');
    const doubted = async () =>
      json<{ doubted: boolean }>(await edge.get(`${programme()}/participants/${firm}`, one))
        .doubted;
    assert.equal(await doubted(), true);
    assert.equal((await decide(proposal, two)).status, 200);
    assert.equal(await doubted(), false);
  });

  test('the database refuses it whatever the program forgets', async () => {
    const proposal = waiting(await admission('By force'));
    const update = (set: ReturnType<typeof sql>) =>
      house.context.store.issuer((tx) =>
        sql`update member_change set ${set} where id = ${proposal.change}`.execute(tx),
      );
    const own = sql`decider_id = ${house.author.id}, outcome = 'confirmed', decided_at = at`;
    await assert.rejects(update(own), /23514/);
    await assert.rejects(update(sql`digest = ''`), /42501/);
  });

  test('what is proposed is nobody’s to read in the database', async () => {
    await admission('Readable Name');
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ change_enc: Buffer }>`select change_enc from member_change`.execute(tx),
    );
    assert.ok(rows.length > 0);
    for (const { change_enc } of rows) assert.ok(!change_enc.includes('Readable Name'));
  });

  test('readers and persons of another scope decide nothing', async () => {
    const proposal = waiting(await admission('Scoped'));
    refused(await decide(proposal, reader.token), 'SCOPE_MISSING');
    const author = await person(house, 'Writes', ['author']);
    refused(await decide(proposal, author.token), 'SCOPE_MISSING');
  });
});
