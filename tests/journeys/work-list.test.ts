/** What waits for a second person stands on the issuer's work list until it is decided. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import { readVitals } from '../../src/programme/ledger/read-vitals.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person, readPack } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { timedPack } from '../support/timing-pack.ts';

type Item = {
  readonly id: string;
  readonly code: string;
  readonly alert: string | null;
  readonly proposer: string | null;
  readonly dueAt: string | null;
};

describe('the work list', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };
  let alert: AlertId;

  before(async () => {
    const clock = '  no_embargo_when: []\n  compress_when: exploited';
    house = await openHouse({ pack: await timedPack(clock) });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    await admit(house, 'Firm', { tier: 'validate' });
    const small = await smallAlert(house);
    alert = small.alert;
    house.clock.set(small.firstWave);
    await doDue(house.context, small.firstWave);
    house.clock.set(plus(small.firstWave, HOUR_MS));
  });
  after(() => house.tearDown());

  const items = async (): Promise<readonly Item[]> => {
    const path = `/v1/programmes/${house.programme}/work-items`;
    const found = json<{ items: Item[] }>(await edge.get(path, author.token)).items;
    const { workItems } = await readVitals(house.context, house.clock.now());
    assert.equal(workItems, found.length, 'the gauge counts what the list has');
    return found;
  };
  const codes = async () => (await items()).map(({ code }) => code).sort();
  const asked = async (path: string, body: object): Promise<Seen> => {
    const answer = await edge.post(path, body, author);
    assert.ok(answer.status < 300, answer.body.toString());
    return answer;
  };
  const decided = async (path: string, body: object) => {
    const answer = await edge.post(path, body, approver);
    assert.equal(answer.status, 200, answer.body.toString());
  };
  const digestAt = async (path: string) =>
    json<{ digest: string }>(await edge.get(path, author.token)).digest;

  test('another T0 stands there until it is refused, with who proposed it', async () => {
    const { schedule } = await readAlert(house.context, alert);
    const to = formatInstant(plus(schedule.disclosureAt, DAY_MS));
    const path = `/v1/alerts/${alert}/disclosure/proposals`;
    const { proposal } = json<{ proposal: string }>(await asked(path, { disclosureAt: to }));
    const [item, ...more] = await items();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [item?.id, item?.code, item?.alert, item?.proposer, item?.dueAt],
      [proposal, 'MOVE_PROPOSED', alert, house.author.id, null],
    );
    const closing = await edge.post(`/v1/work-items/${proposal}/resolution`, undefined, author);
    assert.equal(closing.status, 404, 'only its decision takes it off');
    await decided(`/v1/disclosure-proposals/${proposal}/refusal`, { why: 'Not that day.' });
    assert.deepEqual(await items(), []);
  });

  test('another policy stands there until it is in force', async () => {
    const path = `/v1/programmes/${house.programme}/policy/proposals`;
    const { files } = await readPack('mapp-2024');
    const answer = await asked(path, { pack: 'mapp-2024', files });
    const { proposal, digest } = json<{ proposal: string; digest: string }>(answer);
    const [item] = await items();
    assert.deepEqual([item?.id, item?.code, item?.alert], [proposal, 'POLICY_PROPOSED', null]);
    await decided(`/v1/policy-proposals/${proposal}/approval`, { digest });
    assert.deepEqual(await items(), []);
    const clock = '  no_embargo_when: []\n  compress_when: exploited';
    const back = json<{ proposal: string; digest: string }>(
      await asked(path, await timedPack(clock)),
    );
    await decided(`/v1/policy-proposals/${back.proposal}/approval`, { digest: back.digest });
  });

  test('earlier waves leave it by silence, a late artifact by its approval', async () => {
    const rule = {
      ...{ kind: 'detection_rule', variant: 'full', format: 'text', marking: 'none' },
      ...{ name: 'late.yml', content: Buffer.from('title: Late\n').toString('base64') },
      ...{ sidecar: null, reducedBy: null, sourcePublishedAt: null },
    };
    const late = await asked(`/v1/alerts/${alert}/additions`, rule);
    const { addition } = json<{ addition: string }>(late);
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    await asked(`/v1/alerts/${alert}/events`, { kind: 'exploited' });
    assert.deepEqual(await codes(), ['ADDITION_PROPOSED', 'EARLY_WAVES_PROPOSED', 'EXPLOITED']);
    house.clock.set(plus(house.clock.now(), 30 * MINUTE_MS));
    await doDue(house.context, house.clock.now());
    assert.deepEqual(await codes(), ['ADDITION_PROPOSED', 'EXPLOITED']);
    const digest = await digestAt(`/v1/additions/${addition}`);
    await decided(`/v1/additions/${addition}/approval`, { digest });
    assert.deepEqual(await codes(), ['EXPLOITED']);
  });

  test('a T0 that was proposed for what is public by now waits for nobody', async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await doDue(house.context, small.firstWave);
    const to = formatInstant(plus(small.disclosureAt, DAY_MS));
    await asked(`/v1/alerts/${small.alert}/disclosure/proposals`, { disclosureAt: to });
    house.clock.set(plus(small.disclosureAt, -1));
    assert.ok((await codes()).includes('MOVE_PROPOSED'));
    house.clock.set(small.disclosureAt);
    assert.ok(!(await codes()).includes('MOVE_PROPOSED'));
  });

  test('who takes a question off it stands in the ledger, once', async () => {
    const firm = await admit(house, 'Leaks', { tier: 'validate' });
    const reader = await joinReader(house, firm);
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const report = { what: 'the rule', toWhom: 'a list', prevention: 'none' };
    const body = { noticedAt: formatInstant(house.clock.now()), report };
    const said = await edge.post(`/v1/inbox/${small.alert}/leaks`, body, { by: reader });
    assert.equal(said.status, 201, said.body.toString());
    const leak = (await items()).find(({ code }) => code === 'LEAK_REPORTED');
    assert.ok(leak);
    const manager = await person(house, 'Manager alone', ['manager']);
    const resolve = (key: string) =>
      edge.post(`/v1/work-items/${leak.id}/resolution`, undefined, { token: manager.token, key });
    const [one, other] = [newId(), newId()];
    const answers = [await resolve(one), await resolve(one), await resolve(other)];
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200, 404], 'a repeat changes nothing');
    assert.ok(!(await codes()).includes('LEAK_REPORTED'));
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ body: string }>`select issuer_body as body from event
        where type = 'question_resolved' and ${leak.id}::uuid = any(subjects)`.execute(tx),
    );
    const told = rows.map(({ body: text }) => JSON.parse(text) as Record<string, unknown>);
    assert.deepEqual(
      told.map(({ programme, actor, data }) => ({ programme, actor, data })),
      [
        {
          programme: house.programme,
          actor: { kind: 'person', id: manager.id },
          data: {
            ...{ item: leak.id, code: 'LEAK_REPORTED' },
            ...{ alert: small.alert, participant: firm },
          },
        },
      ],
    );
    await assertInvariants(house);
  });
});
