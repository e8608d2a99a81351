/** What the issuer and participants write to each other about an alert: by the same decisions. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  readPack,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Shown = { from: string; name: string | null; audience: string; text: string };

for (const threads of ['issuer', 'members'] as const) {
  describe(`messages where what members write is for ${threads}`, () => {
    let house: House;
    let edge: Edge;
    let author: { token: string };
    let first: TestReader;
    let second: TestReader;
    let secondId: ParticipantId;
    let later: TestReader;
    let alert: string;

    before(async () => {
      const { pack, files } = await readPack('mapp');
      const programme = `${files['programme.yaml']}\nthreads: ${threads}\n`;
      house = await openHouse({ pack: { pack, files: { ...files, 'programme.yaml': programme } } });
      edge = openEdge(house);
      author = { token: house.tokens.author };
      first = await joinReader(house, await admit(house, 'First', { tier: 'validate' }));
      secondId = await admit(house, 'Second', { tier: 'validate' });
      second = await joinReader(house, secondId);
      later = await joinReader(house, await admit(house, 'Later', { tier: 'entry' }));
      const small = await smallAlert(house);
      alert = small.alert;
      house.clock.set(small.firstWave);
      await house.cycle();
    });
    after(() => house.tearDown());

    const write = (reader: TestReader, said: object): Promise<Seen> => {
      const body = { product: null, audience: 'issuer', text: 'A question.', ...said };
      return edge.post(`/v1/inbox/${alert}/messages`, body, reader);
    };
    const answer = (said: object): Promise<Seen> =>
      edge.post(`/v1/alerts/${alert}/messages`, { product: null, to: null, ...said }, author);
    async function read(reader: TestReader): Promise<Shown[]> {
      const seen = await edge.get(`/v1/inbox/${alert}/messages`, reader.token);
      assert.equal(seen.status, 200);
      return json<{ messages: Shown[] }>(seen).messages;
    }
    const texts = async (reader: TestReader) => (await read(reader)).map(({ text }) => text);
    async function noticed(reader: TestReader): Promise<number> {
      type Notices = { items: { kind: string }[] };
      const { items } = json<Notices>(await edge.get('/v1/notices', reader.token));
      return items.filter(({ kind }) => kind === 'message_waits').length;
    }

    test('exist for nobody who does not see the alert', async () => {
      const unknown = await edge.get(`/v1/inbox/${house.programme}`, later.token);
      const asked = [
        await write(later, {}),
        await edge.get(`/v1/inbox/${alert}/messages`, later.token),
      ];
      for (const { status, body } of asked) assert.deepEqual([status, body], [404, unknown.body]);
      assert.equal((await answer({ text: 'To all.' })).status, 201);
      assert.equal(await noticed(later), 0);
      assert.equal(await noticed(first), 1);
    });

    test('to the issuer are read by it and their author, and by no other member', async () => {
      assert.equal((await write(first, { text: 'Is it exploited?' })).status, 201);
      assert.deepEqual(await texts(first), ['To all.', 'Is it exploited?']);
      assert.deepEqual(await texts(second), ['To all.']);
      type Work = { items: { code: string }[] };
      const path = `/v1/programmes/${house.programme}/work-items`;
      const { items } = json<Work>(await edge.get(path, author.token));
      assert.deepEqual(
        items.map(({ code }) => code),
        ['MESSAGE_POSTED'],
      );
      type All = { messages: { participant: string | null; text: string }[] };
      const all = json<All>(await edge.get(`/v1/alerts/${alert}/messages`, author.token));
      assert.equal(all.messages.length, 2);
    });

    test('to one participant are read by it alone', async () => {
      assert.equal((await answer({ text: 'Not that we know.', to: secondId })).status, 201);
      assert.deepEqual(await texts(second), ['To all.', 'Not that we know.']);
      assert.deepEqual(await texts(first), ['To all.', 'Is it exploited?']);
      assert.equal((await answer({ text: 'x', to: house.programme })).status, 404);
    });

    test('of members to all go where the policy says', async () => {
      const written = await write(first, { text: 'We can test it.', audience: 'members' });
      if (threads === 'issuer') {
        assert.equal(written.status, 400);
        assert.match(written.body.toString(), /"field":"audience"/);
        return;
      }
      assert.equal(written.status, 201);
      const told = (await read(second)).at(-1);
      assert.deepEqual(
        [told?.from, told?.name, told?.text],
        ['member', 'First', 'We can test it.'],
      );
      assert.equal((await read(first)).at(-1)?.from, 'you');
      assert.equal(await noticed(first), 1, 'nobody is told of their own');
    });

    test('are kept encrypted, and are not without end', async () => {
      const rows = await house.context.store.issuer((tx) =>
        tx.selectFrom('message').select('text_enc').execute(),
      );
      assert.ok(rows.every(({ text_enc }) => !text_enc.includes('exploited')));
      assert.equal((await write(first, { text: ' ' })).status, 400);
      assert.equal((await write(first, { product: 'no such thing' })).status, 400);
      for (let n = 0; n < 100; n++) await write(first, { text: `${n}` });
      const over = await write(first, {});
      assert.equal(json<{ code: string }>(over).code, 'LIMIT_EXCEEDED');
      house.clock.set(plus(house.clock.now(), DAY_MS));
      assert.equal((await write(first, {})).status, 201);
      await assertInvariants(house);
    });
  });
}

test('who has only the general description reads nothing that is written to all', async () => {
  const house = await openHouse();
  try {
    const edge = openEdge(house);
    const bound = { tier: 'validate', duty: REPORTS_TO_GOVERNMENT } as const;
    const reader = await joinReader(house, await admit(house, 'Bound', bound));
    const free = await joinReader(house, await admit(house, 'Free', { tier: 'validate' }));
    const { alert } = await draftExample(house);
    await approve(house, alert);
    house.clock.set(T0);
    await house.cycle();
    assert.equal((await edge.get(`/v1/inbox/${alert}`, reader.token)).status, 200);
    const said = { product: null, to: null, text: 'Send this header.' };
    const author = { token: house.tokens.author };
    assert.equal((await edge.post(`/v1/alerts/${alert}/messages`, said, author)).status, 201);
    const texts = async ({ token }: TestReader) => {
      const seen = await edge.get(`/v1/inbox/${alert}/messages`, token);
      return json<{ messages: Shown[] }>(seen).messages.map(({ text }) => text);
    };
    const kinds = async ({ token }: TestReader) => {
      type Notices = { items: { kind: string }[] };
      return json<Notices>(await edge.get('/v1/notices', token)).items.map(({ kind }) => kind);
    };
    assert.deepEqual([await texts(free), await texts(reader)], [['Send this header.'], []]);
    assert.ok((await kinds(free)).includes('message_waits'));
    assert.ok(!(await kinds(reader)).includes('message_waits'));
  } finally {
    await house.tearDown();
  }
});
