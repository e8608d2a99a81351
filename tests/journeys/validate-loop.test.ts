/** Those who get a rule first try it; what they find changes it before the wider waves get it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
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
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const REVISED = 'title: A rule that parses\nlevel: low\n';

type Inbox = {
  items: {
    artifacts: { id: ArtifactId; name: string; version: number; revises: string | null }[];
  }[];
};

describe('what validators find of a rule before the wider waves', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };
  let validator: TestReader;
  let partner: TestReader;
  let alert: AlertId;
  let rule: ArtifactId;
  let summary: ArtifactId;
  let revision: ArtifactId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    validator = await joinReader(house, await admit(house, 'Validator', { tier: 'validate' }));
    partner = await joinReader(house, await admit(house, 'Partner', { tier: 'ans' }));
    await enactSection(house, 'duties', 'duties:\n  retest: 24h\n');
    const drafted = await draftExample(house);
    alert = drafted.alert;
    rule = drafted.artifacts.get('rule.yml') ?? rule;
    summary = drafted.artifacts.get('summary.md') ?? summary;
    await approve(house, alert);
    house.clock.set(plus(T0, -14 * DAY_MS));
    await house.cycle();
  });
  after(() => house.tearDown());

  const fetch = (reader: TestReader, artifact: string) =>
    edge.get(`/v1/inbox/${alert}/artifacts/${artifact}/copy`, reader.token);
  const say = (reader: TestReader, artifact: string, says: object): Promise<Seen> => {
    const body = { rule: null, note: null, ...says };
    return edge.post(`/v1/inbox/${alert}/artifacts/${artifact}/feedback`, body, reader);
  };
  const revise = (change: object = {}): Promise<Seen> => {
    const body = {
      ...{ kind: 'detection_rule', variant: 'full', format: 'text', marking: 'none' },
      ...{ name: 'rule.yml', content: Buffer.from(REVISED).toString('base64'), sidecar: null },
      ...{ reducedBy: summary, revises: rule, sourcePublishedAt: null, ...change },
    };
    return edge.post(`/v1/alerts/${alert}/additions`, body, author);
  };
  async function artifactsOf(reader: TestReader) {
    const { items } = json<Inbox>(await edge.get('/v1/inbox', reader.token));
    return items.flatMap(({ artifacts }) => artifacts);
  }
  async function notices(reader: TestReader): Promise<number> {
    return json<{ items: unknown[] }>(await edge.get('/v1/notices', reader.token)).items.length;
  }

  const retest = async (reader: TestReader) => {
    const seen = await edge.get(`/v1/inbox/${alert}`, reader.token);
    const { obligations } = json<{ obligations: { code: string; state: string }[] }>(seen);
    return obligations.find(({ code }) => code === 'retest')?.state;
  };

  test('is taken from who has a copy, and from nobody else', async () => {
    const before = await say(validator, rule, { says: 'works' });
    assert.equal(before.status, 404, 'not fetched yet');
    assert.equal((await fetch(validator, rule)).status, 200);
    const asked = await Promise.all([
      say(partner, rule, { says: 'works' }),
      say(validator, UNKNOWN, { says: 'works' }),
    ]);
    for (const { status, body } of asked) {
      assert.deepEqual([status, body], [404, before.body]);
    }
    const note = 'line 3: unknown modifier';
    const said = await say(validator, rule, { says: 'does_not_parse', rule: 'first', note });
    assert.equal(said.status, 201, said.body.toString());
    assert.equal((await say(validator, rule, { says: 'excellent' })).status, 400);
    assert.equal((await say(validator, rule, { says: 'works', note: ' ' })).status, 400);
  });

  test('is on the work list, for authors alone, and counted by what was said last', async () => {
    type Work = { items: { code: string; artifact: string }[] };
    const work = json<Work>(
      await edge.get(`/v1/programmes/${house.programme}/work-items`, author.token),
    );
    assert.deepEqual(
      work.items.map(({ code, artifact }) => [code, artifact]),
      [['FEEDBACK_GIVEN', rule]],
    );
    await say(validator, rule, { says: 'false_positives' });
    type Feedback = {
      counts: object[];
      items: { says: string; rule: string | null; note: string | null }[];
    };
    const { counts, items } = json<Feedback>(
      await edge.get(`/v1/alerts/${alert}/feedback`, author.token),
    );
    assert.deepEqual(counts, [{ artifact: rule, says: 'false_positives', participants: 1 }]);
    assert.deepEqual(items.map(({ says, note }) => [says, note]).sort(), [
      ['does_not_parse', 'line 3: unknown modifier'],
      ['false_positives', null],
    ]);
    const stored = await house.context.store.issuer((tx) =>
      tx.selectFrom('feedback').selectAll().execute(),
    );
    assert.ok(!JSON.stringify(stored.map((row) => row.text_enc?.toString())).includes('modifier'));
  });

  test('is of an artifact of that alert: a copy of another opens nothing here', async () => {
    const small = await smallAlert(house);
    house.clock.set(plus(small.firstWave, 0));
    await house.cycle();
    const path = `/v1/inbox/${small.alert}/artifacts/${small.artifact}`;
    assert.equal((await edge.get(`${path}/copy`, validator.token)).status, 200);
    assert.equal((await say(validator, small.artifact, { says: 'works' })).status, 404);
  });

  test('a revision is of the same kind, of what stands, and takes two persons', async () => {
    for (const change of [
      { kind: 'detection_guidance' },
      { revises: UNKNOWN },
      { revises: summary },
    ]) {
      const { status, body } = await revise(change);
      assert.equal(status, 400);
      assert.match(body.toString(), /"field":"revises"/);
    }
    const [first, second] = [await revise(), await revise({ name: 'other.yml' })];
    type Proposed = { addition: ArtifactId; digest: string; revises: string };
    const [one, other] = [json<Proposed>(first), json<Proposed>(second)];
    assert.equal(one.revises, rule);
    const put = ({ addition, digest }: Proposed) =>
      edge.post(`/v1/additions/${addition}/approval`, { digest }, approver);
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    assert.equal((await put(one)).status, 200);
    revision = one.addition;
    // Two for one place: the later of them would take away what was just given.
    const shown = await edge.get(`/v1/additions/${other.addition}`, approver.token);
    assert.equal((await put({ ...other, ...json<Proposed>(shown) })).status, 400);
  });

  test('who had the first is told, and gets the second in its place', async () => {
    const before = await notices(validator);
    await house.cycle();
    assert.equal(await notices(validator), before + 1);
    const rules = (await artifactsOf(validator)).filter(({ name }) => name === 'rule.yml');
    assert.deepEqual(
      rules.map(({ id, version, revises }) => ({ id, version, revises })),
      [{ id: revision, version: 2, revises: rule }],
    );
    assert.equal((await fetch(validator, rule)).status, 404);
    assert.equal((await fetch(validator, revision)).status, 200);
    assert.equal(await retest(validator), 'open', 'it tried the first');
    assert.equal((await say(validator, revision, { says: 'works' })).status, 201);
    assert.equal(await retest(validator), 'done');
    assert.equal((await say(validator, rule, { says: 'too_slow' })).status, 201);
  });

  test('the wider wave and the public never see the first', async () => {
    house.clock.set(plus(T0, -5 * DAY_MS));
    await house.cycle();
    const seen = (await artifactsOf(partner)).map(({ id }) => id);
    assert.ok(seen.includes(revision) && !seen.includes(rule));
    assert.equal((await fetch(partner, rule)).status, 404);
    assert.equal((await fetch(partner, revision)).status, 200);
    assert.equal(await retest(partner), 'binding', 'it never had the first');
    house.clock.set(T0);
    await house.cycle();
    const [published] = (await readPublicAlerts(house.context, null, 10, house.clock.now())).items;
    assert.ok(published && !published.documents.some(({ id }) => id === rule));
    await assertInvariants(house);
  });
});
