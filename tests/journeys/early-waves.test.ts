/** What exploitation brings forward: proposed at once, put in force by a person or by silence. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { type AlertView, readAlert } from '../../src/programme/alert/read-alert.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { timedPack } from '../support/timing-pack.ts';

const SECTION = '  no_embargo_when: []\n  compress_when: exploited';
const EMBARGO = 'embargo: {decide_exploited_within: 45m}\n';
const SECRET = 'the Quillon Systems build is not ready';

describe('waves that exploitation brings forward', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };

  before(async () => {
    house = await openHouse({ pack: await timedPack(SECTION, EMBARGO) });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    for (const tier of ['validate', 'ans', 'entry'] as const) await admit(house, tier, { tier });
  });
  after(() => house.tearDown());

  type Proposal = { proposal: string; kind: string; dueAt: string; digest: string; to: string };

  /** An approved alert of which the first tier has been told. */
  async function underWay(): Promise<AlertId> {
    const { alert, firstWave } = await smallAlert(house);
    house.clock.set(firstWave);
    await doDue(house.context, firstWave);
    house.clock.set(plus(firstWave, HOUR_MS));
    return alert;
  }

  async function exploited(alert: AlertId): Promise<string | null> {
    const answer = await edge.post(`/v1/alerts/${alert}/events`, { kind: 'exploited' }, author);
    assert.equal(answer.status, 200, answer.body.toString());
    return json<{ proposal: string | null }>(answer).proposal;
  }

  const look = async (id: string | null): Promise<Proposal> =>
    json(await edge.get(`/v1/disclosure-proposals/${id}`, approver.token));
  const answer = (id: string | null, verb: string, body: object, by: { token: string }) =>
    edge.post(`/v1/disclosure-proposals/${id}/${verb}`, body, by);
  const approveIt = async (id: string | null, by = approver): Promise<Seen> =>
    answer(id, 'approval', { digest: (await look(id)).digest }, by);
  const view = (alert: AlertId): Promise<AlertView> => readAlert(house.context, alert);
  const opens = async (alert: AlertId) => (await view(alert)).schedule.opensAt;

  async function rows(from: string): Promise<number> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from ${sql.raw(from)}`.execute(tx),
    );
    return rows[0]?.n ?? -1;
  }
  const grants = (alert: AlertId) => rows(`release_grant where alert_id = '${alert}'`);

  async function decided(alert: AlertId): Promise<string[]> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ how: string }>`
        select (issuer_body::json -> 'data' ->> 'how') || ' ' ||
          (issuer_body::json -> 'actor' ->> 'kind') as how
        from event where type = 'proposal_decided' and ${alert} = any(subjects)`.execute(tx),
    );
    return rows.map(({ how }) => how);
  }

  const pass = async (at: Instant) => {
    house.clock.set(at);
    await doDue(house.context, at);
  };

  test('are proposed by the event itself, and open once a second person says so', async () => {
    const alert = await underWay();
    const before = await opens(alert);
    const at = house.clock.now();
    const id = await exploited(alert);
    const proposal = await look(id);
    assert.deepEqual(
      [proposal.kind, proposal.dueAt, proposal.to],
      ['compress', said(plus(at, 45 * MINUTE_MS)), said((await view(alert)).schedule.disclosureAt)],
    );
    await pass(plus(at, MINUTE_MS));
    assert.deepEqual([await opens(alert), await grants(alert)], [before, 1]);
    assert.equal((await approveIt(id, author)).status, 403, 'who recorded it');

    const approved = await approveIt(id);
    assert.equal(approved.status, 200, approved.body.toString());
    assert.equal(json<{ noticed: number }>(approved).noticed, 1);
    await pass(house.clock.now());
    assert.equal(await grants(alert), 3, 'everybody was told');
    const { schedule, changes } = await view(alert);
    assert.deepEqual(
      [schedule.disclosureAt, changes.noticed, schedule.opensAt['entry']],
      [plus(before['validate'] ?? at, 14 * DAY_MS), 1, at],
    );
    assert.deepEqual(await decided(alert), ['approved person']);
    assert.equal((await answer(id, 'refusal', { why: SECRET }, author)).status, 404, 'decided');
    await assertInvariants(house);
  });

  test('open by silence at the deadline, not a millisecond before, and once', async () => {
    const alert = await underWay();
    const at = house.clock.now();
    const id = await exploited(alert);
    const due = plus(at, 45 * MINUTE_MS);
    await pass(plus(due, -1));
    assert.deepEqual([await decided(alert), await grants(alert)], [[], 1]);
    house.clock.set(due);
    assert.equal((await answer(id, 'refusal', { why: SECRET }, author)).status, 409, 'too late');
    await pass(due);
    assert.deepEqual([await decided(alert), await grants(alert)], [['silence system'], 3]);
    assert.equal((await view(alert)).changes.noticed, 1);
    await pass(plus(due, 1));
    assert.deepEqual([await decided(alert), await grants(alert)], [['silence system'], 3]);
    await assertInvariants(house);
  });

  test('stay as they were where somebody refuses in time, with a reason', async () => {
    const alert = await underWay();
    const before = await opens(alert);
    const at = house.clock.now();
    const id = await exploited(alert);
    house.clock.set(plus(at, 45 * MINUTE_MS - 1));
    assert.equal((await answer(id, 'refusal', { why: ' ' }, approver)).status, 400);
    assert.equal((await answer(id, 'refusal', {}, approver)).status, 400);
    assert.equal((await answer(id, 'refusal', { why: SECRET }, approver)).status, 200);
    await pass(plus(at, 2 * HOUR_MS));
    assert.deepEqual([await opens(alert), await grants(alert)], [before, 1]);
    assert.deepEqual(await decided(alert), ['refused person']);
    const [refusal] = (await view(alert)).refusals;
    assert.deepEqual([refusal?.why, refusal?.by], [SECRET, house.approver.id]);
    assert.equal(await rows(`event where issuer_body like '%Quillon%'`), 0);
    assert.ok(!edge.logged.some((line) => line.includes('Quillon')));
  });

  test('are overtaken when the embargo has ended by then', async () => {
    const alert = await underWay();
    await exploited(alert);
    assert.equal(
      (await edge.post(`/v1/alerts/${alert}/events`, { kind: 'public' }, author)).status,
      200,
    );
    await pass(plus(house.clock.now(), HOUR_MS));
    assert.deepEqual(await decided(alert), ['overtaken system']);
    assert.equal((await view(alert)).changes.noticed, 0);
    await assertInvariants(house);
  });

  test('stand when another policy comes, unless it waits for a fix, which is shown', async () => {
    const alert = await underWay();
    const at = house.clock.now();
    await approveIt(await exploited(alert));
    await pass(at);
    const early = (tier: string) => opens(alert).then((opensAt) => opensAt[tier]);
    const enact = async (lines: string) => {
      const path = `/v1/programmes/${house.programme}/policy/proposals`;
      const proposed = await edge.post(path, await timedPack(lines), author);
      assert.equal(proposed.status, 200, proposed.body.toString());
      const { proposal, digest, comparison } = json<{
        proposal: string;
        digest: string;
        comparison: { losing: number; lines: { alert: string; changes: { after: object }[] }[] };
      }>(proposed);
      const enacted = `/v1/policy-proposals/${proposal}/approval`;
      assert.equal((await edge.post(enacted, { digest }, approver)).status, 200);
      await pass(house.clock.now());
      return comparison.lines.filter((line) => line.alert === alert).length;
    };
    assert.equal(await enact('  no_embargo_when: []'), 0, 'nobody loses what was approved');
    assert.deepEqual([await early('ans'), await early('entry')], [at, at]);
    assert.equal(await grants(alert), 3);
    await admit(house, 'late', { tier: 'entry' });
    assert.equal(await grants(alert), 4, 'who is admitted now is in time for it');
    assert.equal(await enact('  no_embargo_when: []\n  notice: {after_fix: all}'), 3, 'shown');
    const { schedule } = await view(alert);
    assert.equal(schedule.opensAt['entry'], plus(schedule.disclosureAt, -DAY_MS));
    const again = `${SECTION}\n${EMBARGO}`;
    assert.equal(await enact(again), 0, 'what was taken back does not open by itself again');
    await assertInvariants(house);
  });

  test('of a draft, and of another T0, are earlier in what is shown to be approved', async () => {
    const alert = await underWay();
    await exploited(alert);
    const now = house.clock.now();
    const to = plus((await view(alert)).schedule.disclosureAt, DAY_MS);
    const path = `/v1/alerts/${alert}/disclosure/proposals`;
    const moved = await edge.post(path, { disclosureAt: new Date(to).toISOString() }, author);
    const { proposal } = json<Proposal>(moved);
    const approved = await approveIt(proposal);
    assert.equal(approved.status, 200, approved.body.toString());
    const { opensAt } = (await view(alert)).schedule;
    assert.deepEqual([opensAt['validate'], opensAt['entry']], [now, now]);

    const body = {
      ...{ title: 'Small', tlp: 'AMBER', usePermissions: ['read'] },
      disclosureAt: new Date(plus(now, 30 * DAY_MS)).toISOString(),
    };
    const drafts = `/v1/programmes/${house.programme}/alerts`;
    const drafted = json<{ alert: AlertId }>(await edge.post(drafts, body, author)).alert;
    assert.equal(await exploited(drafted), null, 'its plan is still to be approved');
    assert.equal((await opens(drafted))['entry'], now);
  });
});

const said = (at: Instant) => new Date(at).toISOString().replace('.000', '');
