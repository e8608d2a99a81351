/** Requests signed by the reader's own key: what a token opens where a programme wants them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Env } from '../../src/config/env.ts';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { newId } from '../../src/crypto/random.ts';
import { generateSigningKey } from '../../src/crypto/sign.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { buildApp } from '../../src/http/app.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { bringNext } from '../../src/programme/member/rotate-keys.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { openSession } from '../../src/programme/people/sessions.ts';
import { changeRequestSigning } from '../../src/programme/people/signed-requests.ts';
import { keyHolder, putKeyReport } from '../../src/store/reader-key-store.ts';
import { SESSION } from '../support/browser-of.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { OWN_HOST, type Signable, signatureOf } from '../support/signed-requests.ts';
import { smallAlert } from '../support/small-alert.ts';

type Headers = Readonly<Record<string, string>>;

describe('requests signed by the reader’s key', () => {
  let house: House;
  let edge: Edge;
  let mine: TestReader;
  let other: TestReader;
  let alert: AlertId;
  let copy: string;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    mine = await joinReader(house, await admit(house, 'Mine', { tier: 'validate' }));
    other = await joinReader(house, await admit(house, 'Other', { tier: 'validate' }));
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    ({ alert } = small);
    copy = `/v1/inbox/${alert}/artifacts/${small.artifact}/copy`;
    await want(true);
  });
  after(() => house.tearDown());

  const want = (required: boolean) =>
    changeRequestSigning(house.context, house.programme, required, SYSTEM, house.clock.now());
  const send = async (request: Signable, headers: Headers): Promise<Seen> => {
    const { method, target, body, key, host = OWN_HOST } = request;
    const response = await edge.app.inject({
      ...{ method: method === 'POST' ? 'POST' : 'GET', url: target },
      headers: {
        host,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: Buffer.from(body) }),
    });
    const { date: _, ...rest } = response.headers;
    return { status: response.statusCode, headers: rest, body: response.rawPayload };
  };
  const bearer = ({ token }: TestReader): Headers => ({ authorization: `Bearer ${token}` });
  const by = (who: TestReader) => ({ ...who, at: house.clock.now() });
  const GET = (target: string): Signable => ({ method: 'GET', target });
  const facts = JSON.stringify({
    programme: null,
    facts: {
      ...{ jurisdictions: ['Varennia'], duties: null, affiliates: null, products: null },
      ...{ contacts: null, calendar: null, maxEmbargoMs: null },
    },
  });
  const state = (): Signable => ({
    ...{ method: 'POST', target: '/v1/facts', body: facts, key: newId() },
  });
  const recorded = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from event`.execute(tx),
    );
    return rows[0]?.n;
  };
  /** The one answer that tells nothing but that a signature is wanted. */
  const needed = (seen: Seen, why: string) => {
    assert.equal(seen.status, 403, `${why}: ${seen.status}`);
    assert.deepEqual(json(seen), {
      ...{ type: 'about:blank', title: 'Forbidden', status: 403, code: 'SIGNATURE_NEEDED' },
      detail: 'a signed request is needed',
    });
  };

  test('with a stolen token or cookie no route for readers gives or does anything', async () => {
    const routes = await readerRoutes(edge);
    assert.ok(routes.length >= 24, `${routes.length} routes`);
    const cookie = await sessionOf(mine);
    for (const { method, url } of routes) {
      for (const id of [alert, newId()]) {
        const target = url.replace(/:\w+/g, id);
        const earlier = await recorded();
        const body = method === 'POST' ? { body: '{}', key: newId() } : {};
        const answers = [await send({ method, target, ...body }, bearer(mine))];
        if (method === 'GET') answers.push(await send(GET(target), { cookie }));
        for (const seen of answers) needed(seen, `${method} ${target}`);
        assert.equal(await recorded(), earlier, `${method} ${target}`);
      }
    }
  });

  const sessionOf = async ({ caller }: TestReader): Promise<string> => {
    const known = {
      ...({ holder: { kind: 'reader', id: caller.id }, participant: caller.participant } as const),
      scopes: ['reader'],
    };
    const passkey = { id: newId(), createdAt: plus(house.clock.now(), -2 * DAY_MS) };
    const opened = await house.context.store.issuer((tx) =>
      openSession(tx, known, { by: 'passkey', passkey }, house.clock.now()),
    );
    return `${SESSION}=${opened.secret}`;
  };

  test('signed, with the token or without, all is as it is elsewhere', async () => {
    for (const known of [bearer(mine), {}]) {
      const list = await send(GET('/v1/inbox?limit=1'), {
        ...known,
        ...signatureOf(GET('/v1/inbox?limit=1'), by(mine)),
      });
      assert.equal(json<{ items: { id: string }[] }>(list).items[0]?.id, alert);
      const fetched = await send(GET(copy), { ...known, ...signatureOf(GET(copy), by(mine)) });
      assert.equal(fetched.status, 200);
      const said = state();
      const first = await send(said, { ...known, ...signatureOf(said, by(mine)) });
      assert.equal(first.status, 201, first.body.toString());
      const again = await send(said, { ...known, ...signatureOf(said, by(mine)) });
      assert.deepEqual(again.body, first.body, 'repeated under another signature');
    }
  });

  test('the host that is signed is our own, whatever host the request says', async () => {
    const asked = async (said: string, signed: string) =>
      send({ ...GET(copy), host: said }, signatureOf({ ...GET(copy), host: signed }, by(mine)));
    assert.equal((await asked(OWN_HOST, OWN_HOST)).status, 200);
    assert.equal((await asked('10.0.0.1:80', OWN_HOST)).status, 200, 'behind a proxy');
    const elsewhere = 'elsewhere.example';
    needed(await asked(elsewhere, elsewhere), 'what another server was asked, sent on to us');
    needed(await asked(OWN_HOST, elsewhere), 'another host');
  });

  test('a signature serves once, also for many who come at the same time', async () => {
    const signed = signatureOf(GET(copy), by(mine));
    const seen = await Promise.all([1, 2, 3, 4, 5].map(() => send(GET(copy), signed)));
    assert.deepEqual(seen.map(({ status }) => status).sort(), [200, 403, 403, 403, 403]);
    for (const one of seen) if (one.status !== 200) needed(one, 'a replay');
    const nonce = newId();
    const inbox = GET('/v1/inbox');
    assert.equal((await send(inbox, signatureOf(inbox, { ...by(mine), nonce }))).status, 200);
    needed(await send(GET(copy), signatureOf(GET(copy), { ...by(mine), nonce })), 'its nonce');
    assert.equal((await send(inbox, signatureOf(inbox, { ...by(other), nonce }))).status, 200);
  });

  test('whatever differs from what was signed, or was signed by another, is refused', async () => {
    const earlier = await recorded();
    const inbox = GET('/v1/inbox');
    const said = state();
    const forged = { ...mine, signSeed: generateSigningKey().secret };
    const none = { 'signature-input': '', signature: '' };
    const well = signatureOf(inbox, by(mine));
    const cases: Readonly<Record<string, () => Promise<Seen>>> = {
      'another path': () => send(GET(copy), well),
      'another query': () => send(GET('/v1/inbox?limit=1'), signatureOf(inbox, by(mine))),
      'another method': () => send(said, signatureOf({ ...said, method: 'GET' }, by(mine))),
      'another body': () =>
        send(
          { ...said, body: facts.replace('Varennia', 'Elsewhere') },
          signatureOf(said, by(mine)),
        ),
      'no body': () => {
        const { body: _, ...rest } = said;
        return send(rest, signatureOf(said, by(mine)));
      },
      'a body that is not signed': () => {
        const { body: _, ...rest } = said;
        return send(said, signatureOf(rest, by(mine)));
      },
      'another Idempotency-Key': () => send({ ...said, key: newId() }, signatureOf(said, by(mine))),
      'another key': () => send(inbox, signatureOf(inbox, by(forged))),
      'another reader’s key under this id': () =>
        send(inbox, signatureOf(inbox, by({ ...mine, signSeed: other.signSeed }))),
      'this key under another reader’s id': () =>
        send(inbox, signatureOf(inbox, by({ ...mine, caller: other.caller }))),
      'an unknown reader': () =>
        send(inbox, signatureOf(inbox, { ...by(mine), caller: { id: newId() } })),
      'the token of another reader': () =>
        send(inbox, { ...bearer(other), ...signatureOf(inbox, by(mine)) }),
      'the token of a person': () =>
        send(inbox, {
          authorization: `Bearer ${house.tokens.author}`,
          ...signatureOf(inbox, by(mine)),
        }),
      'no signature in its headers': () => send(inbox, { ...bearer(mine), ...none }),
      'one header of two': () =>
        send(inbox, { ...bearer(mine), signature: well['signature'] ?? '' }),
      'too early': () =>
        send(inbox, signatureOf(inbox, { ...by(mine), at: house.clock.now() + 62 * SECOND_MS })),
      'too late': () =>
        send(inbox, signatureOf(inbox, { ...by(mine), at: house.clock.now() - 62 * SECOND_MS })),
    };
    for (const [why, ask] of Object.entries(cases)) needed(await ask(), why);
    assert.equal(await recorded(), earlier, 'nothing was done');
    for (const apart of [-59, 59]) {
      const at = house.clock.now() + apart * SECOND_MS;
      assert.equal((await send(inbox, signatureOf(inbox, { ...by(mine), at }))).status, 200);
    }
    const unknown = { authorization: 'Bearer tocsin_unknown', ...signatureOf(inbox, by(mine)) };
    assert.equal((await send(inbox, unknown)).status, 401, 'a wrong token is one here too');
  });

  test('a key that was replaced or reported, and a reader who is out, sign nothing', async () => {
    const inbox = GET('/v1/inbox');
    const firm = await admit(house, 'Changing', { tier: 'validate' });
    const [rotates, reported, removed, ended] = await Promise.all(
      [1, 2, 3, 4].map(() => joinReader(house, firm)),
    );
    assert.ok(rotates && reported && removed && ended);
    const asks = (who: TestReader) => send(inbox, signatureOf(inbox, by(who)));
    for (const who of [rotates, reported, removed, ended])
      assert.equal((await asks(who)).status, 200);
    const act = () => ({ programme: house.programme, actor: SYSTEM, at: house.clock.now() });
    const { issuer } = house.context.store;

    const { secret, publicKey: signKey } = generateSigningKey();
    const { recipient } = generateIdentity();
    const now = { ...rotates, signSeed: secret };
    const brought = { recipient, signKey, keyEndsAt: null };
    const whose = { id: rotates.caller.id, participant: firm };
    await issuer((tx) => bringNext(tx, act(), whose, brought));
    needed(await asks(now), 'not in force for a day');
    assert.equal((await asks(rotates)).status, 200, 'meanwhile the old one is in force');

    await issuer(async (tx) => {
      const holder = await keyHolder(tx, reported.caller.id);
      assert.ok(holder);
      await putKeyReport(tx, act(), holder, 'stolen');
      await bringNext(tx, act(), holder, { ...brought, recipient: generateIdentity().recipient });
    });
    needed(await asks(reported), 'reported: its tokens apart, the key itself signs no more');
    needed(
      await asks({ ...reported, signSeed: secret }),
      'what comes in its place, within its day',
    );

    await issuer((tx) =>
      tx
        .updateTable('reader')
        .set({ removed_at: new Date(house.clock.now()) })
        .where('id', '=', removed.caller.id)
        .execute(),
    );
    needed(await asks(removed), 'removed');
    const holder = { kind: 'reader', id: ended.caller.id } as const;
    await endTokens(house.context, holder, SYSTEM, house.clock.now());
    needed(await asks(ended), 'all that it got in by was ended');

    house.clock.set(plus(house.clock.now(), DAY_MS));
    await house.cycle();
    assert.equal((await asks(now)).status, 200);
    needed(await asks(rotates), 'replaced');
  });

  test('signatures are remembered while they could serve again, and no longer', async () => {
    const count = async () => {
      const { rows } = await house.context.store.issuer((tx) =>
        sql<{ n: number }>`select count(*)::int as n from request_nonce`.execute(tx),
      );
      return rows[0]?.n ?? 0;
    };
    const ask = () => send(GET('/v1/notices'), signatureOf(GET('/v1/notices'), by(mine)));
    for (let i = 0; i < 30; i++) assert.equal((await ask()).status, 200);
    assert.ok((await count()) >= 30);
    house.clock.set(plus(house.clock.now(), 3 * MINUTE_MS));
    for (let i = 0; i < 4; i++) assert.equal((await ask()).status, 200);
    assert.equal(await count(), 4, 'of the old ones none is left');
  });

  test('where none is wanted a token does, and a wrong signature still is none', async () => {
    await want(false);
    assert.equal((await edge.get(copy, mine.token)).status, 200);
    const wrong = signatureOf(GET(copy), by({ ...mine, signSeed: other.signSeed }));
    needed(await send(GET(copy), { ...bearer(mine), ...wrong }), 'beside a good token');
    const said = state();
    needed(await send(said, bearer(mine)), 'what binds is signed everywhere');
    assert.equal((await send(said, signatureOf(said, by(mine)))).status, 201);
    await want(true);
    needed(await edge.get(copy, mine.token), 'wanted again, at once');
  });
});

describe('a signed request over the network', () => {
  /** The answers to one that is signed for each host. */
  async function answers(env: Env, hosts: (port: string) => readonly string[]): Promise<number[]> {
    const house = await openHouse({ env });
    const { app } = openEdge(house);
    try {
      const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
      const reader = await joinReader(house, await admit(house, 'Firm'));
      const target = '/v1/notices';
      const found: number[] = [];
      for (const host of hosts(url.port)) {
        const by = { ...reader, at: house.clock.now() };
        const headers = signatureOf({ method: 'GET', target, host }, by);
        found.push((await fetch(new URL(target, url), { headers })).status);
      }
      return found;
    } finally {
      await app.close();
      await house.tearDown();
    }
  }
  const hosts = (port: string) => [
    ...[`127.0.0.1:${port}`, `localhost:${port}`, `127.0.0.1:${Number(port) - 1}`],
    'tocsin.example.invalid',
  ];

  test('is for this machine’s own names at this port, until a public URL is told', async () => {
    assert.deepEqual(await answers({}, hosts), [200, 200, 403, 403]);
  });

  test('is for the host of the public URL alone, once it is told', async () => {
    const env = { TOCSIN_PUBLIC_URL: 'https://tocsin.example.invalid' };
    assert.deepEqual(await answers(env, hosts), [403, 403, 403, 200]);
  });
});

type ReaderRoute = { readonly method: 'GET' | 'POST'; readonly url: string };

const OF_READERS: readonly string[] = ['reader', 'administrator'];

/** All that a reader may ask for by a token: the account's own routes want a session. */
async function readerRoutes({ deps }: Edge): Promise<ReaderRoute[]> {
  const found: ReaderRoute[] = [];
  const app = buildApp(deps, (one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      const theirs = config?.audience?.some((one) => OF_READERS.includes(one));
      if (theirs !== true || config?.signedIn !== undefined) return;
      if (method === 'GET' || method === 'POST') found.push({ method: method as 'GET', url });
    });
  });
  await app.ready();
  await app.close();
  return found;
}
