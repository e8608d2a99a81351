import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Standing } from '../../src/domain/enrolment.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { formOf } from '../../src/domain/standing.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  person,
  stand,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

const UNKNOWN = '3f2b8c1e-0000-4000-8000-000000000001';

type Taken = { step: string; from: string; to: string; inForce: boolean; confirmBy: string | null };
type Item = { id: string; code: string; dueAt: string | null; overdue: boolean };
type Step = { id: string; outcome: string | null; evidence: string | null; appeal: object | null };
type OwnStep = { id: string; to: string; appeal: string | null };

describe('the ladder of a standing takes two persons', () => {
  let house: House;
  let edge: Edge;
  let one: string;
  let two: string;
  let three: string;
  let participant: ParticipantId;
  let reader: TestReader;
  let copy: string;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = house.tokens.author;
    two = house.tokens.approver;
    three = (await person(house, 'Third', ['approver'])).token;
    const small = await smallAlert(house);
    copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());
  beforeEach(async ({ name }) => {
    participant = await admit(house, `Firm of: ${name}`.slice(0, 190), { tier: 'validate' });
    reader = await joinReader(house, participant);
  });

  const path = () => `/v1/programmes/${house.programme}/participants/${participant}/standing`;
  const ask = async (to: Standing, token: string, evidence?: string): Promise<Taken> => {
    const body = { to, reason: 'other', ...(evidence === undefined ? {} : { evidence }) };
    const seen = await edge.post(path(), body, { token });
    assert.equal(seen.status, 200, seen.body.toString());
    return json<Taken>(seen);
  };
  const decide = (step: string, decision: string, token: string) =>
    edge.post(`/v1/standing-steps/${step}/decision`, { decision }, { token });
  const served = async () => (await edge.get(copy, reader.token)).status;
  const standing = async () => json<{ standing: string }>(await edge.get(path(), one)).standing;
  const steps = async () => json<{ steps: Step[] }>(await edge.get(path(), one)).steps;
  const work = async (step: string) => {
    const url = `/v1/programmes/${house.programme}/work-items`;
    const { items } = json<{ items: Item[] }>(await edge.get(url, one));
    return items.filter((item) => item.id === step);
  };
  const notices = async () =>
    json<{ items: { id: string; kind: string; at: string }[] }>(
      await edge.get('/v1/notices', reader.token),
    ).items.filter(({ kind }) => kind !== 'something_waits');
  const own = async () =>
    json<{ steps: OwnStep[] }>(await edge.get('/v1/standing', reader.token)).steps;
  const refused = (seen: Seen, code: string) => {
    assert.equal(json<{ code: string }>(seen).code, code, seen.body.toString());
  };

  test('one suspends at once, on the work list; only another confirms or lifts', async () => {
    const taken = await ask('suspended', two, 'ticket 4711: the mail of a stranger');
    assert.deepEqual([taken.from, taken.to, taken.inForce], ['active', 'suspended', true]);
    assert.equal(await served(), 404);
    const [item] = await work(taken.step);
    assert.deepEqual([item?.code, item?.dueAt], ['STANDING_UNCONFIRMED', taken.confirmBy]);
    const resolve = `/v1/work-items/${item?.id}/resolution`;
    assert.equal((await edge.post(resolve, undefined, { token: one })).status, 404);
    for (const decision of ['confirm', 'refuse']) {
      refused(await decide(taken.step, decision, two), 'SECOND_PERSON');
    }
    assert.equal(await standing(), 'suspended');
    assert.equal((await decide(taken.step, 'confirm', one)).status, 200);
    assert.deepEqual(await work(taken.step), []);
    assert.equal(await standing(), 'suspended');
    for (const token of [one, three])
      refused(await decide(taken.step, 'refuse', token), 'CONFLICT');
    const [step] = await steps();
    assert.equal(step?.evidence, 'ticket 4711: the mail of a stranger');
    const [row] = await rows<{ found: boolean }>(
      house,
      `select position('4711' in encode(evidence_enc, 'escape')) > 0 as found
        from standing_step where id = '${taken.step}'`,
    );
    assert.deepEqual(row, { found: false });
  });

  test('lifted by another, it is served again; a step taken since must go first', async () => {
    const restricted = await ask('restricted', two);
    const suspended = await ask('suspended', two);
    refused(await decide(restricted.step, 'refuse', one), 'CONFLICT');
    assert.equal((await decide(suspended.step, 'refuse', one)).status, 200);
    assert.equal(await standing(), 'restricted');
    assert.equal((await decide(restricted.step, 'refuse', three)).status, 200);
    assert.equal(await standing(), 'active');
    assert.equal(await served(), 200);
  });

  for (const to of ['active', 'removed', 'applicant'] as const) {
    test(`from suspended to ${to} is nothing but a proposal until a second person`, async () => {
      const emergency = await ask('suspended', two);
      const taken = await ask(to, one);
      assert.deepEqual([taken.inForce, taken.confirmBy], [false, null]);
      assert.equal(await standing(), 'suspended');
      assert.equal(await served(), 404);
      assert.deepEqual(
        (await own()).map((step) => step.to),
        ['suspended'],
      );
      assert.equal((await work(taken.step))[0]?.code, 'STANDING_PROPOSED');
      refused(await decide(taken.step, 'confirm', one), 'SECOND_PERSON');
      const again = { to: to === 'active' ? 'removed' : 'active', reason: 'other' };
      refused(await edge.post(path(), again, { token: two }), 'CONFLICT');
      // Two persons have now looked: the emergency of one of them is settled with it.
      assert.equal((await decide(taken.step, 'confirm', two)).status, 200);
      assert.equal(await standing(), to);
      assert.equal(await served(), to === 'active' ? 200 : 404);
      const outcomes = (await steps()).map(({ id, outcome }) => [id, outcome]);
      assert.deepEqual(outcomes, [
        [emergency.step, 'superseded'],
        [taken.step, 'confirmed'],
      ]);
      assert.deepEqual([...(await work(emergency.step)), ...(await work(taken.step))], []);
    });
  }

  test('from active to removed takes two; whoever proposed may take it back', async () => {
    const first = await ask('removed', one);
    assert.deepEqual([first.inForce, await served()], [false, 200]);
    assert.deepEqual(await notices(), [], 'what is only proposed is told to nobody');
    assert.equal((await decide(first.step, 'refuse', one)).status, 200);
    refused(await decide(first.step, 'confirm', two), 'CONFLICT');
    const second = await ask('removed', one);
    // A suspension is another standing than the one the proposal was made of.
    await ask('suspended', two);
    refused(await decide(second.step, 'confirm', three), 'CONFLICT');
    assert.equal(await standing(), 'suspended');
  });

  test('every step but those down takes two persons', () => {
    const atOnce: string[] = [];
    const all = ['applicant', 'active', 'restricted', 'suspended', 'removed', 'withdrawn'] as const;
    for (const from of all) {
      for (const to of all) {
        if (from !== to && formOf(from, to) === 'one_then_confirm') atOnce.push(`${from} ${to}`);
      }
    }
    assert.deepEqual(atOnce, [
      'applicant suspended',
      'applicant withdrawn',
      'active restricted',
      'active suspended',
      'active withdrawn',
      'restricted suspended',
      'restricted withdrawn',
    ]);
  });

  test('its participant is told, and reads what; neither who did it nor the evidence', async () => {
    const taken = await ask('suspended', two, 'words for the issuer alone');
    const [notice, ...others] = await notices();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [notice?.kind, Object.keys(notice ?? {})],
      ['standing_changed', ['id', 'kind', 'at']],
    );
    const seen = await edge.get('/v1/standing', reader.token);
    assert.doesNotMatch(seen.body.toString(), /words for the issuer/);
    assert.doesNotMatch(seen.body.toString(), new RegExp(house.approver.id));
    assert.deepEqual(
      (await own()).map(({ id, to, appeal }) => [id, to, appeal]),
      [[taken.step, 'suspended', null]],
    );
    const stranger = await joinReader(house, await admit(house, 'Another firm'));
    const theirs = await edge.get('/v1/standing', stranger.token);
    assert.deepEqual(json(theirs), { steps: [], hearings: [] });
    await assert.rejects(
      house.context.store.participant(participant, (tx) =>
        sql`select evidence_enc from standing_step`.execute(tx),
      ),
      { code: 'INTERNAL' },
    );
  });

  test('unconfirmed after 72 hours it is overdue: first of the list, recorded once', async () => {
    const taken = await ask('suspended', two);
    const start = house.clock.now();
    house.clock.set(plus(start, 72 * HOUR_MS));
    await house.cycle();
    assert.equal((await work(taken.step))[0]?.overdue, false);
    house.clock.set(plus(start, 72 * HOUR_MS + 1));
    await house.cycle();
    await house.cycle();
    const url = `/v1/programmes/${house.programme}/work-items`;
    const { items } = json<{ items: Item[] }>(await edge.get(url, one));
    const late = items.findIndex(({ id }) => id === taken.step);
    assert.ok(
      items.slice(0, late + 1).every(({ overdue }) => overdue),
      'overdue ones come first',
    );
    assert.equal(await standing(), 'suspended', 'it stays in force');
    const [events] = await rows<{ n: number }>(
      house,
      `select count(*) as n from event where type = 'standing_overdue'
        and '${taken.step}'::uuid = any(subjects)`,
    );
    assert.deepEqual(events, { n: 1 });
    assert.equal((await decide(taken.step, 'confirm', one)).status, 200);
  });

  test('an appeal is decided by who made no step; granted, it still takes two', async () => {
    const appeal = (step: string, who = reader, text = 'it was not ours') =>
      edge.post(`/v1/standing/${step}/appeal`, { text }, { by: who });
    const grant = (step: string, outcome: string, token: string) =>
      edge.post(`/v1/standing-steps/${step}/appeal/decision`, { outcome }, { token });
    const taken = await ask('suspended', two);
    const proposed = await ask('removed', one);
    const stranger = await joinReader(house, await admit(house, 'A firm apart'));
    const unknown = await appeal(UNKNOWN);
    assert.equal(unknown.status, 404);
    assert.deepEqual(await appeal('not-an-id'), unknown);
    assert.deepEqual(await appeal(taken.step, stranger), unknown, 'of another participant');
    assert.deepEqual(await appeal(proposed.step), unknown, 'only proposed');
    assert.equal((await grant(taken.step, 'granted', three)).status, 404, 'there is none yet');
    await decide(proposed.step, 'refuse', one);

    assert.equal((await appeal(taken.step)).status, 200);
    refused(await appeal(taken.step), 'CONFLICT');
    assert.equal(await served(), 404, 'it changes nothing');
    assert.equal((await own())[0]?.appeal, 'open');
    const codes = (await work(taken.step)).map(({ code }) => code).sort();
    assert.deepEqual(codes, ['STANDING_APPEALED', 'STANDING_UNCONFIRMED']);
    for (const token of [one, two]) {
      refused(await grant(taken.step, 'granted', token), 'SECOND_PERSON');
    }
    const granted = await grant(taken.step, 'granted', three);
    const { proposal } = json<{ proposal: string }>(granted);
    assert.equal(await standing(), 'suspended', 'one person widens nothing');
    refused(await decide(proposal, 'confirm', three), 'SECOND_PERSON');
    refused(await grant(taken.step, 'dismissed', three), 'SECOND_PERSON');
    assert.equal((await decide(proposal, 'confirm', two)).status, 200);
    assert.equal(await standing(), 'active');
    assert.equal(await served(), 200);
    assert.deepEqual(
      (await own()).map((step) => step.appeal),
      ['granted', null],
    );
    assert.deepEqual(
      (await notices()).map(({ kind }) => kind),
      ['standing_changed', 'appeal_decided', 'standing_changed'],
    );
    const view = (await steps()).find(({ id }) => id === taken.step);
    assert.equal((view?.appeal as { text: string } | null)?.text, 'it was not ours');
    assert.deepEqual(await appeal(proposal), unknown, 'it took nothing away');
  });

  test('dismissed, everything stays', async () => {
    const taken = await ask('suspended', two);
    await decide(taken.step, 'confirm', one);
    const appeal = { text: 'it was not ours' };
    await edge.post(`/v1/standing/${taken.step}/appeal`, appeal, { by: reader });
    const url = `/v1/standing-steps/${taken.step}/appeal/decision`;
    const seen = await edge.post(url, { outcome: 'dismissed' }, { token: three });
    assert.deepEqual(json(seen), { proposal: null });
    assert.equal(await standing(), 'suspended');
    assert.deepEqual(await work(taken.step), []);
  });

  test('an appeal is a reader’s, a decision a person’s with the scope', async () => {
    const taken = await ask('suspended', two);
    const author = (await person(house, 'Author alone', ['author'])).token;
    refused(await decide(taken.step, 'refuse', author), 'SCOPE_MISSING');
    refused(await decide(taken.step, 'refuse', reader.token), 'SCOPE_MISSING');
    const said = await edge.post(
      `/v1/standing/${taken.step}/appeal`,
      { text: 'x' },
      { token: one },
    );
    refused(said, 'SCOPE_MISSING');
  });

  test('the database refuses it whatever the program forgets', async () => {
    const taken = await ask('suspended', two);
    const proposed = await ask('active', one);
    for (const [step, who] of [
      [taken.step, house.approver.id],
      [proposed.step, house.author.id],
    ] as const) {
      await assert.rejects(
        house.context.store.issuer((tx) =>
          sql`update standing_step set decider_id = ${who}, outcome = 'confirmed',
            effective_at = coalesce(effective_at, at), decided_at = at
            where id = ${step}`.execute(tx),
        ),
        /23514/,
      );
    }
    await assert.rejects(
      house.context.store.issuer((tx) =>
        sql`update standing_step set to_standing = 'active' where id = ${taken.step}`.execute(tx),
      ),
      /42501/,
    );
    await assertInvariants(house);
  });

  test('both decisions of a step at the same moment: one counts', async () => {
    await stand(house, participant, 'suspended');
    const { step } = await ask('active', two);
    const both = await Promise.all([decide(step, 'confirm', one), decide(step, 'refuse', three)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  });
});

async function rows<T>(house: House, query: string): Promise<T[]> {
  return house.context.store.issuer(async (tx) => (await sql.raw<T>(query).execute(tx)).rows);
}
