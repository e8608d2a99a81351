/** What members report of their products and their protection, and who may read it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  person,
  type TestReader,
} from '../support/house.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const DUTIES = 'duties:\n  status_report: T0 - 24h\n  protection_report: T0\n  post: T0 + 24h\n';

type Owed = {
  code: string;
  state: string;
  says: string | null;
  products: { product: string; says: string }[];
};

describe('reports of products and of protection', () => {
  let house: House;
  let edge: Edge;
  let firm: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    firm = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    await enactSection(house, 'duties', DUTIES);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(() => house.tearDown());

  const report = async (code: string, says: string, product?: string) => {
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    return edge.post(
      `/v1/inbox/${small.alert}/obligations/${code}/report`,
      { says, ...(product === undefined ? {} : { product }) },
      { by: firm },
    );
  };
  const owed = async (code: string) => {
    const url = `/v1/alerts/${small.alert}/obligations`;
    const { members } = json<{ members: { obligations: Owed[] }[] }>(
      await edge.get(url, house.tokens.author),
    );
    return members[0]?.obligations.find((each) => each.code === code);
  };

  test('each product keeps its own last word, and one of them meets the obligation', async () => {
    assert.equal((await owed('status_report'))?.state, 'open');
    const answers = [];
    for (const [says, product] of [
      ['affected', 'Alder Gateway 9'],
      ['not_affected', 'Alder Mail'],
      ['affected', 'Alder Gateway 9'],
      ['fixed', 'Alder Gateway 9'],
    ] as const) {
      const seen = await report('status_report', says, product);
      answers.push(json<{ reported: boolean }>(seen).reported);
    }
    assert.deepEqual(answers, [true, true, false, true]);
    const found = await owed('status_report');
    assert.equal(found?.state, 'done');
    assert.deepEqual(
      found?.products.map(({ product, says }) => [product, says]),
      [
        ['Alder Mail', 'not_affected'],
        ['Alder Gateway 9', 'fixed'],
      ],
    );
  });

  test('an auditor sees that it was met, and not of which products', async () => {
    const { token } = await person(house, 'Auditor', ['auditor']);
    const seen = await edge.get(`/v1/alerts/${small.alert}/obligations`, token);
    assert.equal(seen.status, 200);
    assert.match(seen.body.toString(), /"says":"fixed"/);
    assert.doesNotMatch(seen.body.toString(), /Alder/);
  });

  test('a protection in work or tested is told and owed; ready it is owed no more', async () => {
    for (const says of ['in_work', 'tested']) {
      assert.equal(
        json<{ reported: boolean }>(await report('protection_report', says)).reported,
        true,
      );
      const { state, says: told } = (await owed('protection_report')) ?? {};
      assert.deepEqual([state, told], ['open', says]);
      const again = await report('protection_report', says);
      assert.equal(json<{ reported: boolean }>(again).reported, false);
    }
    await report('protection_report', 'ready');
    assert.equal((await owed('protection_report'))?.state, 'done');
  });

  test('what it publishes itself is due after disclosure, by its own word', async () => {
    house.clock.set(plus(small.disclosureAt, DAY_MS));
    assert.equal((await owed('post'))?.state, 'overdue');
    assert.equal((await report('post', 'ready')).status, 400);
    assert.equal((await report('post', 'posted')).status, 200);
    assert.equal((await owed('post'))?.state, 'late');
  });

  test('the name of a product is nowhere in the database as it is', async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ row: string }>`select row_to_json(r)::text as row from obligation_report r
        union all select row_to_json(e)::text from event e`.execute(tx),
    );
    assert.ok(rows.length > 5);
    const hex = Buffer.from('Alder Gateway').toString('hex');
    for (const { row } of rows) assert.ok(!row.includes('Alder') && !row.includes(hex));
  });
});
