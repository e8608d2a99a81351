/** What happens to an alert while it is under way: events, and publication by one person. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, parseInstant, plus } from '../../src/domain/instant.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { recordAlertEvent } from '../../src/programme/alert/record-alert-event.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { rule } from '../support/rule.ts';

let lost = false;

describe('what happens to an alert under way', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };
  let early: ParticipantId;
  let late: ParticipantId;

  before(async () => {
    house = await openHouse({
      fault: (point) => {
        if (!lost || point !== 'before_commit') return;
        lost = false;
        throw new Error('the process died');
      },
    });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    early = await admit(house, 'Early', { tier: 'validate' });
    late = await admit(house, 'Late', { tier: 'entry' });
    house.clock.set(plus(T0, -10 * DAY_MS));
  });
  after(() => house.tearDown());

  /** An approved alert whose first wave has been, ten days before T0. */
  async function underWay(): Promise<AlertId> {
    const { alert } = await draftExample(house);
    await approve(house, alert);
    await releaseDue(house.context, house.clock.now());
    assert.equal(await grants(alert), 1);
    // What follows must not fall on the moment of that wave.
    house.clock.set(plus(house.clock.now(), 1_000));
    return alert;
  }

  const grants = (alert: AlertId) => count(`release_grant where alert_id = '${alert}'`);
  const events = (type: string) => count(`event where type = '${type}'`);

  async function count(from: string): Promise<number> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from ${sql.raw(from)}`.execute(tx),
    );
    return rows[0]?.n ?? -1;
  }

  async function isPublic(alert: AlertId): Promise<boolean> {
    const { items } = await readPublicAlerts(house.context, null, 50, house.clock.now());
    return items.some(({ id }) => id === alert);
  }

  async function questions(alert: AlertId): Promise<{ id: string; code: string }[]> {
    const path = `/v1/programmes/${house.programme}/work-items`;
    type Item = { id: string; code: string; alert: string };
    const { items } = json<{ items: Item[] }>(await edge.get(path, author.token));
    return items.filter((item) => item.alert === alert).map(({ id, code }) => ({ id, code }));
  }

  const confirmIt = async (alert: AlertId, by: { token: string }): Promise<number> =>
    (await edge.post(`/v1/alerts/${alert}/publication/confirmation`, {}, by)).status;

  const happened = (alert: AlertId, body: object): Promise<Seen> =>
    edge.post(`/v1/alerts/${alert}/events`, body, author);

  test('public: one person ends the embargo at once, and all that T0 opens is open', async () => {
    const alert = await underWay();
    assert.equal(await isPublic(alert), false);
    const at = house.clock.now();
    const answer = await happened(alert, { kind: 'public' });
    assert.equal(answer.status, 200, answer.body.toString());
    await releaseDue(house.context, house.clock.now());
    const view = await readAlert(house.context, alert);
    assert.equal(view.schedule.disclosureAt, at);
    assert.equal(view.vulnerability.events.publicAt, at);
    assert.equal(view.state, 'closed');
    assert.equal(await grants(alert), 2, 'the last tier too');
    assert.equal(await isPublic(alert), true);
    const { confirmBy } = json<{ confirmBy: string }>(answer);
    assert.equal(parseInstant(confirmBy), plus(at, HOUR_MS));
    const codes = async () => (await questions(alert)).map(({ code }) => code);
    assert.deepEqual(await codes(), ['BREAK_GLASS']);
    assert.equal(await confirmIt(alert, author), 403, 'who said that it is public');
    assert.equal(await confirmIt(alert, approver), 200);
    assert.deepEqual(await codes(), []);
    await assertInvariants(house);
  });

  rule(
    'R53',
    'what is public ends the embargo as of when it came out, not of when somebody says so',
    {
      in: 'src/programme/alert/apply-event.ts',
      from: 'endEmbargo)(tx, act, alert, at)',
      to: 'endEmbargo)(tx, act, alert, act.at)',
    },
    async () => {
      const alert = await underWay();
      const out = plus(house.clock.now(), -HOUR_MS);
      const body = { kind: 'public', at: new Date(out).toISOString() };
      assert.equal((await happened(alert, body)).status, 200);
      const view = await readAlert(house.context, alert);
      assert.deepEqual(
        [view.schedule.disclosureAt, view.vulnerability.events.publicAt],
        [out, out],
      );
      await releaseDue(house.context, house.clock.now());
      assert.equal(await isPublic(alert), true);
      assert.equal(await confirmIt(alert, approver), 200);
    },
  );

  test('killed before its commit nothing has happened, and it can be said again', async () => {
    const alert = await underWay();
    const told = await events('alert_event');
    lost = true;
    assert.equal((await happened(alert, { kind: 'public' })).status, 500);
    await releaseDue(house.context, house.clock.now());
    const view = await readAlert(house.context, alert);
    assert.deepEqual([view.schedule.disclosureAt, await events('alert_event')], [T0, told]);
    assert.equal(await isPublic(alert), false);
    assert.equal((await happened(alert, { kind: 'public' })).status, 200);
    await releaseDue(house.context, house.clock.now());
    assert.equal(await isPublic(alert), true);
    assert.equal(await confirmIt(alert, approver), 200);
  });

  test('exploited: it is asked whether to end it, and nothing moves by itself', async () => {
    const alert = await underWay();
    const at = plus(house.clock.now(), -HOUR_MS);
    const body = { kind: 'exploited', at: new Date(at).toISOString() };
    assert.equal((await happened(alert, body)).status, 200);
    await releaseDue(house.context, house.clock.now());
    const view = await readAlert(house.context, alert);
    assert.deepEqual([view.schedule.disclosureAt, view.vulnerability.events.exploitedAt], [T0, at]);
    assert.deepEqual(
      (await questions(alert)).map(({ code }) => code),
      ['EXPLOITED'],
    );
    assert.equal((await happened(alert, { kind: 'exploited' })).status, 409, 'known earlier');
    await assertInvariants(house);
  });

  test('what is still to come has not happened', async () => {
    const alert = await underWay();
    const at = new Date(plus(house.clock.now(), 1)).toISOString();
    assert.equal((await happened(alert, { kind: 'public', at })).status, 400);
  });

  test('a draft that is public stays a draft: nobody has approved what it says', async () => {
    const { alert } = await draftExample(house);
    await approve(house, alert);
    const drafted = await draftExample(house);
    const told = await happened(drafted.alert, { kind: 'public' });
    assert.equal(json<{ confirmBy: string | null }>(told).confirmBy, null, 'it opens nothing');
    await releaseDue(house.context, house.clock.now());
    assert.equal(await isPublic(drafted.alert), false);
    assert.equal((await readAlert(house.context, drafted.alert)).state, 'draft');
    await approve(house, drafted.alert);
    await releaseDue(house.context, house.clock.now());
    assert.equal(await isPublic(drafted.alert), true);
  });

  describe('T0 moves after a wave', () => {
    type Move = { proposal: string; digest: string; difference: object };
    let alert: AlertId;
    let move: Move;
    let reader: TestReader;
    const to = plus(T0, DAY_MS);

    const approveIt = (digest: string, by: { token: string }) =>
      edge.post(`/v1/disclosure-proposals/${move.proposal}/approval`, { digest }, by);

    before(async () => {
      alert = await underWay();
      reader = await joinReader(house, early);
    });

    test('one person proposes it and sees whom it touches; nothing changes by that', async () => {
      const body = { disclosureAt: new Date(to).toISOString() };
      const path = `/v1/alerts/${alert}/disclosure/proposals`;
      const answer = await edge.post(path, body, author);
      assert.equal(answer.status, 200, answer.body.toString());
      move = json<Move>(answer);
      assert.deepEqual(move.difference, { participants: 2, earlier: 0, later: 2 });
      assert.equal((await readAlert(house.context, alert)).schedule.disclosureAt, T0);
    });

    test('neither the proposer nor an old digest can put it in force', async () => {
      assert.equal((await approveIt(move.digest, author)).status, 403);
      const member = { participant: early, involvement: 'reporter' };
      await edge.post(`/v1/alerts/${alert}/involvements`, member, author);
      const assessment = {
        ...{ severity: 'high', vector: 'network', impacts: [], score: null },
        ...{ products: [], discovery: 'human' },
      };
      await edge.post(`/v1/alerts/${alert}/assessment`, assessment, author);
      assert.equal((await approveIt(move.digest, approver)).status, 409);
      const path = `/v1/disclosure-proposals/${move.proposal}`;
      move = json<Move>(await edge.get(path, approver.token));
    });

    test('another person does, and whoever has something is told of a change', async () => {
      const answer = await approveIt(move.digest, approver);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(json<{ noticed: number }>(answer).noticed, 1);
      await releaseDue(house.context, house.clock.now());
      const view = await readAlert(house.context, alert);
      assert.equal(view.schedule.disclosureAt, to);
      assert.deepEqual(view.changes, { noticed: 1, acknowledged: 0 });
      const pending = view.waves.filter(({ state }) => state === 'pending').map(({ at }) => at);
      assert.deepEqual(pending, [plus(to, -5 * DAY_MS), plus(to, -DAY_MS), to]);
      assert.equal((await approveIt(move.digest, approver)).status, 404, 'once');
      await assertInvariants(house);
    });

    test('the notice says nothing else, and its acknowledgement is counted once', async () => {
      type Notices = { items: { id: string; kind: string }[] };
      const { items } = json<Notices>(await edge.get('/v1/notices', reader.token));
      const notice = items.find(({ kind }) => kind === 'something_changed');
      assert.deepEqual(Object.keys(notice ?? {}).sort(), ['at', 'id', 'kind']);
      const path = `/v1/notices/${notice?.id}/acknowledgement`;
      const other = await joinReader(house, late);
      assert.equal((await edge.post(path, {}, { token: other.token })).status, 404);
      for (const _ of [1, 2]) {
        assert.equal((await edge.post(path, {}, { token: reader.token })).status, 200);
      }
      const view = await readAlert(house.context, alert);
      assert.deepEqual(view.changes, { noticed: 1, acknowledged: 1 });
      assert.equal(await events('notice_acknowledged'), 1);
    });
  });

  describe('breaking the glass', () => {
    let alert: AlertId;
    const publish = (id: AlertId) =>
      edge.post(`/v1/alerts/${id}/publication`, { reason: 'leak_suspected' }, author);
    const confirm = (by: { token: string }) =>
      edge.post(`/v1/alerts/${alert}/publication/confirmation`, {}, by);

    test('a draft cannot be published by one person', async () => {
      const drafted = await draftExample(house);
      const broken = await events('break_glass');
      assert.equal((await publish(drafted.alert)).status, 409);
      assert.equal(await events('break_glass'), broken);
    });

    test('an approved alert is public at once, by one command of one person', async () => {
      alert = await underWay();
      const broken = await events('break_glass');
      const answer = await publish(alert);
      assert.equal(answer.status, 200, answer.body.toString());
      await releaseDue(house.context, house.clock.now());
      assert.equal(await isPublic(alert), true);
      assert.equal(await events('break_glass'), broken + 1);
      assert.equal((await publish(alert)).status, 409, 'once');
      await assertInvariants(house);
    });

    test('only the confirmation of another person takes the question off the list', async () => {
      const [item] = await questions(alert);
      assert.equal(item?.code, 'BREAK_GLASS');
      const closed = await edge.post(`/v1/work-items/${item.id}/resolution`, undefined, author);
      assert.equal(closed.status, 404);
      assert.equal((await confirm(author)).status, 403);
      assert.equal((await questions(alert)).length, 1);
      house.clock.set(plus(house.clock.now(), 60_000));
      const answer = await confirm(approver);
      assert.deepEqual(json<object>(answer), { inTime: true });
      assert.deepEqual(await questions(alert), []);
      assert.equal((await confirm(approver)).status, 409);
    });

    test('unconfirmed after its time it is overdue: first of all, and recorded once', async () => {
      const older = await underWay();
      assert.equal((await happened(older, { kind: 'exploited' })).status, 200);
      house.clock.set(plus(house.clock.now(), 1000));
      alert = await underWay();
      const { confirmBy } = json<{ confirmBy: string }>(await publish(alert));
      const first = async () => {
        const path = `/v1/programmes/${house.programme}/work-items`;
        type Items = { items: { alert: string; dueAt: string | null; overdue: boolean }[] };
        return json<Items>(await edge.get(path, approver.token)).items[0];
      };
      const run = () => doDue(house.context, house.clock.now());
      const count = await events('break_glass_overdue');
      house.clock.set(parseInstant(confirmBy));
      await run();
      assert.notEqual((await first())?.alert, alert, 'not overdue at the last instant');
      assert.equal(await events('break_glass_overdue'), count);
      house.clock.set(plus(house.clock.now(), 1));
      for (const _ of [1, 2]) await run();
      const { alert: named, dueAt, overdue } = (await first()) ?? {};
      assert.deepEqual(
        { named, dueAt, overdue },
        { named: alert, dueAt: confirmBy, overdue: true },
      );
      assert.equal(await events('break_glass_overdue'), count + 1);
      assert.deepEqual(json<object>(await confirm(approver)), { inTime: false });
      await run();
      assert.equal(await events('break_glass_overdue'), count + 1);
      assert.notEqual((await first())?.alert, alert);
    });

    test('its question stands before whatever a wave held, however much that is', async () => {
      const other = await underWay();
      const { artifacts } = await readAlert(house.context, other);
      const [{ id: artifact } = { id: null }] = artifacts;
      await house.context.store.issuer((tx) =>
        sql`insert into work_item (id, programme_id, code, alert_id, artifact_id, at)
          select gen_random_uuid(), ${house.programme}, 'HELD_' || n, ${other}, ${artifact},
            ${new Date(house.clock.now())} from generate_series(1, 600) as n`.execute(tx),
      );
      house.clock.set(plus(house.clock.now(), 1_000));
      assert.equal((await publish(other)).status, 200);
      const [first] = await questions(other);
      assert.equal(first?.code, 'BREAK_GLASS');
      await house.context.store.issuer((tx) =>
        sql`delete from work_item where code like 'HELD_%'`.execute(tx),
      );
    });

    test('the database itself refuses whoever published as the one who confirms', async () => {
      const other = await underWay();
      assert.equal((await publish(other)).status, 200);
      const forged = house.context.store.issuer((tx) =>
        sql`update break_glass set confirmer_id = actor_id, confirmed_at = at
          where alert_id = ${other}`.execute(tx),
      );
      await assert.rejects(forged, /23514/);
    });

    test('set back before it, the clock lets what is public end the embargo again', async () => {
      const other = await underWay();
      assert.equal((await publish(other)).status, 200);
      const { context, author, clock } = house;
      const earlier = plus(clock.now(), -HOUR_MS);
      const happened = { kind: 'public', at: earlier } as const;
      await recordAlertEvent(context, author, other, happened, earlier);
      assert.equal((await readAlert(context, other)).schedule.disclosureAt, earlier);
      const open = (await questions(other)).filter(({ code }) => code === 'BREAK_GLASS');
      assert.equal(open.length, 1, 'what was published by one person is still to be confirmed');
    });
  });
});
