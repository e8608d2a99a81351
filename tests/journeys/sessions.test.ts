/** Sessions and tokens: whose they are, when they end, and what a thief or another site gets. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ParticipantId, PersonId } from '../../src/domain/ids.ts';
import { HOUR_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { buildApp } from '../../src/http/app.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { endKeys } from '../../src/programme/member/key-report.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { keyHolder } from '../../src/store/reader-key-store.ts';
import type { Made } from '../support/authenticator.ts';
import {
  linkFor,
  registerAt,
  SESSION,
  signInWith,
  type Visitor,
  visit,
} from '../support/browser-of.ts';
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

describe('sessions', () => {
  let house: House;
  let edge: Edge;
  let id: PersonId;
  let token: string;
  let visitor: Visitor;
  let made: Made;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());
  beforeEach(async () => {
    ({ id, token } = await person(house, 'Somebody', ['author', 'operator']));
    visitor = visit(house, edge);
    made = await registerAt(house, visitor, await linkFor(house, { kind: 'person', id }));
  });

  const code = (seen: Seen) => json<{ code?: string }>(seen).code;
  const goesOn = async (who: Visitor) => (await who.get('/v1/session')).status === 200;

  test('the cookie is for this host, secure, unread by scripts, not for other sites', async () => {
    const seen = await signInWith(visit(house, edge), made);
    const set = seen.headers['set-cookie'];
    assert.ok(Array.isArray(set));
    const cookie = set.map(String).find((one) => one.startsWith(SESSION)) ?? '';
    const [, ...attributes] = cookie.split('; ');
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
  });

  test('a secret that was planted before the sign-in is not the session after it', async () => {
    const fresh = visit(house, edge);
    const planted = 'A'.repeat(43);
    fresh.cookies.set(SESSION, planted);
    await signInWith(fresh, made);
    assert.notEqual(fresh.cookies.get(SESSION), planted);
    const attacker = visit(house, edge);
    attacker.cookies.set(SESSION, planted);
    assert.equal(await goesOn(attacker), false);
  });

  test("a sign-in ends the session the browser had, another's too", async () => {
    const earlier = visit(house, edge);
    earlier.cookies.set(SESSION, visitor.cookies.get(SESSION) ?? '');
    await signInWith(visitor, made);
    assert.equal(await goesOn(earlier), false);
    assert.equal(await goesOn(visitor), true);
  });

  test('it ends half an hour after its last use, and twelve hours after its sign-in', async () => {
    house.clock.set(plus(house.clock.now(), 29 * MINUTE_MS));
    assert.equal(await goesOn(visitor), true);
    house.clock.set(plus(house.clock.now(), 29 * MINUTE_MS));
    assert.equal(await goesOn(visitor), true, 'its use was noted');
    house.clock.set(plus(house.clock.now(), 30 * MINUTE_MS));
    assert.equal(await goesOn(visitor), false);
    const fresh = visit(house, edge);
    await signInWith(fresh, made);
    for (let passed = 0; passed < 12 * HOUR_MS - 20 * MINUTE_MS; passed += 20 * MINUTE_MS) {
      house.clock.set(plus(house.clock.now(), 20 * MINUTE_MS));
      assert.equal(await goesOn(fresh), true, `${passed}`);
    }
    house.clock.set(plus(house.clock.now(), 20 * MINUTE_MS));
    assert.equal(await goesOn(fresh), false);
  });

  test('signing out ends it, whatever the browser keeps', async () => {
    const secret = visitor.cookies.get(SESSION) ?? '';
    assert.equal((await visitor.post('/v1/session/end', {})).status, 200);
    assert.equal(visitor.cookies.has(SESSION), false);
    visitor.cookies.set(SESSION, secret);
    assert.equal(await goesOn(visitor), false);
  });

  test('a session is listed and ended by its holder from another, and by nobody else', async () => {
    const other = visit(house, edge);
    await signInWith(other, made);
    await other.session();
    const list = json<{ items: { id: string }[] }>(await visitor.get('/v1/sessions'));
    assert.equal(list.items.length, 2);
    const theirs = json<{ session: string }>(await other.session()).session;
    const stranger = visit(house, edge);
    const them = await person(house, 'Stranger', ['author', 'operator']);
    await registerAt(house, stranger, await linkFor(house, { kind: 'person', id: them.id }));
    assert.equal((await stranger.post(`/v1/sessions/${theirs}/end`, {})).status, 404);
    assert.equal(await goesOn(other), true);
    assert.equal((await visitor.post(`/v1/sessions/${theirs}/end`, {})).status, 200);
    assert.equal(await goesOn(other), false);
  });

  test('another site gets nothing done or read with the cookie, nor a page of it', async () => {
    const { act } = visitor;
    const body = { label: 'forged', scopes: ['author'], days: 1 };
    const forged: Record<string, string>[] = [
      { origin: 'https://attacker.invalid' },
      { origin: 'null' },
      { origin: '' },
      { origin: 'http://localhost:9999' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'tocsin-act': '' },
      { 'tocsin-act': act.slice(1) },
      { 'tocsin-act': `${act.slice(0, -1)}${act.endsWith('A') ? 'E' : 'A'}` },
    ];
    for (const headers of forged) {
      const seen = await visitor.post('/v1/tokens', body, headers);
      assert.equal(seen.status, 401, JSON.stringify(headers));
    }
    for (const site of ['cross-site', 'same-site']) {
      const seen = await visitor.get('/v1/sessions', { 'sec-fetch-site': site });
      assert.equal(seen.status, 401, site);
    }
    assert.equal((await visitor.post('/v1/tokens', body)).status, 201, 'and a page of ours does');
  });

  test('nobody is signed in as somebody else by another site', async () => {
    const attacker = visit(house, edge);
    const asked = await attacker.post('/v1/sign-in/passkey/options', {});
    const passkey = made.show(json<{ challenge: string }>(asked).challenge);
    for (const origin of ['https://attacker.invalid', 'null']) {
      const seen = await attacker.post('/v1/sign-in/passkey', { passkey }, { origin });
      assert.deepEqual([seen.status, seen.headers['set-cookie']], [401, undefined]);
    }
  });

  test('a cookie is no token, a token no cookie, and of two cookies none counts', async () => {
    const secret = visitor.cookies.get(SESSION) ?? '';
    assert.equal((await edge.get('/v1/programmes', secret)).status, 401);
    const stuffed = visit(house, edge);
    for (const value of [token, token.slice(7)]) {
      stuffed.cookies.set(SESSION, value);
      assert.equal(await goesOn(stuffed), false);
    }
    const twice = { cookie: `${SESSION}=${secret}; ${SESSION}=${'A'.repeat(43)}` };
    assert.equal((await visit(house, edge).get('/v1/session', twice)).status, 401);
  });

  test('a stolen token makes no other way in: no token, passkey, link or session', async () => {
    const found: string[] = [];
    const app = buildApp(edge.deps, (one) => {
      one.addHook('onRoute', ({ method, url, config }) => {
        if (config?.signedIn) found.push(`${String(method)} ${url}`);
      });
    });
    await app.ready();
    await app.close();
    assert.ok(found.includes('POST /v1/tokens') && found.length >= 14, found.join());
    for (const route of found) {
      const [method, path = ''] = route.split(' ');
      const url = path.replace(/:\w+/g, house.programme);
      const seen =
        method === 'GET' ? await edge.get(url, token) : await edge.post(url, {}, { token });
      assert.equal(code(seen), 'SIGN_IN_NEEDED', route);
    }
  });

  test('a token of one’s own may do part of what its maker may, until it ends', async () => {
    const make = (change: object) =>
      visitor.post('/v1/tokens', { label: 'ci', scopes: ['author'], days: 2, ...change });
    assert.equal(code(await make({ scopes: ['author', 'approver'] })), 'SCOPE_MISSING');
    assert.equal(code(await make({ scopes: ['reader'] })), 'SCOPE_MISSING');
    assert.equal(code(await make({ days: 367 })), 'INVALID_INPUT');
    const { token: own } = json<{ token: string }>(await make({}));
    assert.equal((await edge.get('/v1/programmes', own)).status, 200);
    assert.equal((await edge.get('/v1/log/export', own)).status, 403, 'not its operator scope');
    await house.cycle();
    type Item = { id: string; label: string | null; usedAt: string | null };
    const list = async () => json<{ items: Item[] }>(await visitor.get('/v1/tokens')).items;
    const [item] = (await list()).filter(({ label }) => label === 'ci');
    const hour = Math.floor(house.clock.now() / HOUR_MS) * HOUR_MS;
    assert.equal(Date.parse(item?.usedAt ?? ''), hour, 'its last use, by the hour');
    house.clock.set(plus(house.clock.now(), 48 * HOUR_MS));
    assert.equal((await edge.get('/v1/programmes', own)).status, 401);
    await signInWith(visitor, made);
    await visitor.session();
    const [other] = await list();
    assert.equal((await list()).length, 1, 'the one that is over is not listed');
    assert.equal((await visitor.post(`/v1/tokens/${other?.id}/end`, {})).status, 200);
    assert.equal((await edge.get('/v1/programmes', token)).status, 401);
  });

  test('what makes a token while all access ends makes none', async () => {
    const asked = { label: 'race', scopes: ['author'], days: 1 };
    const holder = { kind: 'person', id } as const;
    await Promise.all([
      ...Array.from({ length: 6 }, () => visitor.post('/v1/tokens', asked)),
      endTokens(house.context, holder, SYSTEM, house.clock.now()),
      ...Array.from({ length: 6 }, () => visitor.post('/v1/tokens', asked)),
    ]);
    const left = await house.context.store.issuer((tx) =>
      tx
        .selectFrom('token')
        .select('id')
        .where('person_id', '=', id)
        .where('revoked_at', 'is', null)
        .execute(),
    );
    assert.deepEqual(left, []);
  });

  describe('of a reader', () => {
    let firm: ParticipantId;
    let reader: TestReader;
    let there: Visitor;
    let theirs: Made;

    beforeEach(async ({ name }) => {
      firm = await admit(house, `Firm: ${name}`.slice(0, 190), { tier: 'validate' });
      reader = await joinReader(house, firm);
      there = visit(house, edge);
      const link = await linkFor(house, { kind: 'reader', id: reader.caller.id });
      theirs = await registerAt(house, there, link);
    });

    for (const to of ['suspended', 'restricted', 'removed'] as const) {
      test(`end when the participant is ${to}; anew, it sees what its token sees`, async () => {
        assert.equal(await goesOn(there), true);
        await stand(house, firm, to);
        assert.equal(await goesOn(there), false);
        assert.equal((await there.get('/v1/inbox')).status, 401);
        await signInWith(there, theirs);
        for (const url of ['/v1/inbox', '/v1/notices', '/v1/standing', '/v1/invitations']) {
          const [cookie, bearer] = [await there.get(url), await edge.get(url, reader.token)];
          assert.deepEqual([cookie.status, cookie.body], [bearer.status, bearer.body], url);
        }
      });
    }

    test('a link for it its own key alone asks for: no person makes one', async () => {
      const second = await joinReader(house, firm);
      const participants = `/v1/programmes/${house.programme}/participants`;
      const theirs = `${participants}/${firm}/readers/${second.caller.id}/link`;
      assert.equal((await visitor.post(theirs, {})).status, 404);
      const url = '/v1/readers/link';
      assert.equal(code(await visitor.post(url, {})), 'SCOPE_MISSING');
      assert.equal(code(await edge.post(url, {}, { token: second.token })), 'SIGNATURE_NEEDED');
      const { link } = json<{ link: string }>(await edge.post(url, {}, { by: second }));
      const secret = link.slice(`${house.context.site.origin}/register#`.length);
      const first = await registerAt(house, visit(house, edge), secret);
      const back = visit(house, edge);
      assert.equal((await signInWith(back, first)).status, 200);
      assert.equal((await back.get('/v1/inbox')).status, 200);
      assert.equal(code(await edge.post(url, {}, { by: second })), 'CONFLICT');
    });

    test('no passkey and no link of a thief outlives the report of the keys it had', async () => {
      for (const used of [true, false]) {
        const victim = await joinReader(house, firm);
        const asked = await edge.post('/v1/readers/link', {}, { by: victim });
        const link = json<{ link: string }>(asked).link.split('#')[1] ?? '';
        const thief = visit(house, edge);
        const first = used ? await registerAt(house, thief, link) : null;
        await house.context.store.issuer(async (tx) => {
          const holder = await keyHolder(tx, victim.caller.id);
          assert.ok(holder);
          const act = { programme: house.programme, actor: SYSTEM, at: house.clock.now() };
          await endKeys(tx, act, holder, 'stolen');
        });
        const seen =
          first === null
            ? await thief.post('/v1/passkey-links/options', { link })
            : await signInWith(thief, first);
        assert.equal(seen.status, first === null ? 404 : 401);
      }
    });
  });
});
