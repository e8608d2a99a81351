import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../../src/crypto/age/open.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { inParallel } from '../support/parallel.ts';
import { smallAlert } from '../support/small-alert.ts';

const PARTICIPANTS = 20;
const READERS_EACH = 50;

describe('a thousand readers of one version', () => {
  let house: House;
  let edge: Edge;
  let readers: TestReader[];
  let target: { alert: AlertId; artifact: ArtifactId };
  let unknown: Seen;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const firms = await inParallel([...Array(PARTICIPANTS).keys()], (index) =>
      admit(house, `Firm ${index}`, { tier: 'validate' }),
    );
    const seats = firms.flatMap((firm) => Array.from({ length: READERS_EACH }, () => firm));
    readers = await inParallel(seats, (firm) => joinReader(house, firm));
    const small = await smallAlert(house);
    target = small;
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    unknown = await edge.get('/v1/inbox/x', readers[0]?.token);
  });
  after(() => house.tearDown());

  const copyUrl = () => `/v1/inbox/${target.alert}/artifacts/${target.artifact}/copy`;

  test('their copies have one length and one set of headers, and open to their own', async () => {
    const copies = await inParallel(readers, async (reader) => {
      const { status, headers, body } = await edge.get(copyUrl(), reader.token);
      assert.equal(status, 200);
      const { content } = unpackCopy(open([reader.identity], body));
      return { headers: JSON.stringify(headers), content: Buffer.from(content).toString() };
    });
    assert.equal(copies.length, PARTICIPANTS * READERS_EACH);
    assert.equal(new Set(copies.map(({ headers }) => headers)).size, 1);
    // Two bit slots: the words differ, or the test would say nothing about marking.
    assert.ok(new Set(copies.map(({ content }) => content)).size > 1);
  });

  test('a delivery is proved to its participant and the issuer, to nobody else', async () => {
    const [mine, colleague] = readers;
    const other = readers.at(-1);
    assert.ok(mine && colleague && other);
    const { body } = await edge.get(copyUrl(), mine.token);
    const { leaf } = unpackCopy(open([mine.identity], body)).manifest.promise;
    const url = `/v1/log/proofs/${leaf}`;
    assert.equal(json<{ code: string }>(await edge.get(url, mine.token)).code, 'NOT_AVAILABLE');
    assert.deepEqual(await edge.get(url, other.token), unknown);
    await runTick(house.context, house.clock.now());
    for (const token of [mine.token, colleague.token, house.tokens.author]) {
      assert.equal((await edge.get(url, token)).status, 200);
    }
    assert.deepEqual(await edge.get(url, other.token), unknown);
  });

  test('a suspended participant reads what was never there', async () => {
    const last = readers.at(-1);
    assert.ok(last);
    const { participant } = last.caller;
    const url = `/v1/programmes/${house.programme}/participants/${participant}/standing`;
    const change = { to: 'suspended', reason: 'breach_suspected' };
    const changed = await edge.post(url, change, { token: house.tokens.author });
    assert.equal(json<{ inForce: boolean }>(changed).inForce, true);
    for (const path of [copyUrl(), `/v1/inbox/${target.alert}`]) {
      assert.deepEqual(await edge.get(path, last.token), unknown);
    }
    assert.deepEqual(json(await edge.get('/v1/inbox', last.token)), { items: [], next: null });
  });

  test('under a doubt of the clock nothing leaves, and two persons end it', async () => {
    const [reader] = readers;
    assert.ok(reader);
    const wall = house.clock.now();
    await guardClock(house.context, {
      wall,
      jumped: true,
      starting: false,
      database: async () => wall,
    });
    const held = await edge.get(copyUrl(), reader.token);
    assert.equal(held.status, 409);
    assert.doesNotMatch(held.body.toString(), /clock|CLOCK/);
    const work = `/v1/programmes/${house.programme}/work-items`;
    const { items } = json<{ items: { code: string }[] }>(
      await edge.get(work, house.tokens.approver),
    );
    assert.deepEqual(
      items.map(({ code }) => code),
      ['STANDING_UNCONFIRMED', 'CLOCK_DOUBT'],
    );
    const confirm = async (token: string) =>
      json<{ confirmed?: boolean; code?: string }>(
        await edge.post('/v1/clock/confirmations', undefined, { token }),
      );
    assert.deepEqual(await confirm(house.tokens.author), { confirmed: false });
    assert.equal((await confirm(house.tokens.author)).code, 'SECOND_PERSON');
    assert.equal((await edge.get(copyUrl(), reader.token)).status, 409);
    assert.deepEqual(await confirm(house.tokens.approver), { confirmed: true });
    assert.equal((await edge.get(copyUrl(), reader.token)).status, 200);
  });

  test('no log line of all this names an id, a token or a text', () => {
    const ids = /[0-9a-f]{8}-[0-9a-f]{4}-|tocsin_|advisory\.txt|Small/;
    assert.ok(edge.logged.length > readers.length);
    for (const line of edge.logged) assert.doesNotMatch(line, ids);
  });
});
