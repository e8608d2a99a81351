/** Sign-in by passkey, against an authenticator in software: every refusal that a verifier owes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ReaderId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { type Bent, type Cbor, type Made, makePasskey } from '../support/authenticator.ts';
import {
  linkFor,
  registerAt,
  SESSION,
  signInWith,
  type Visitor,
  visit,
} from '../support/browser-of.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person } from '../support/house.ts';

describe('sign-in by passkey', () => {
  let house: House;
  let edge: Edge;
  let holder: { kind: 'person'; id: Awaited<ReturnType<typeof person>>['id'] };
  let visitor: Visitor;
  let made: Made;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());
  beforeEach(async () => {
    const { id } = await person(house, 'Somebody', ['author', 'operator']);
    holder = { kind: 'person', id };
    visitor = visit(house, edge);
    made = await registerAt(house, visitor, await linkFor(house, holder));
  });

  const recorded = async (type: string) => {
    const rows = await house.context.store.issuer((tx) =>
      tx.selectFrom('event').select('id').where('type', '=', type).execute(),
    );
    return rows.length;
  };

  test('a one-time link registers one passkey, which signs in as its person', async () => {
    const fresh = visit(house, edge);
    assert.equal((await signInWith(fresh, made)).status, 200);
    const session = json<Record<string, unknown>>(await fresh.session());
    assert.equal(session['holder'], holder.id);
    assert.deepEqual(session['scopes'], ['author', 'operator']);
    assert.equal((await fresh.get('/v1/programmes')).status, 200);
    const seen = await fresh.get(`/v1/alerts/${holder.id}/exposure`);
    assert.equal(json<{ code: string }>(seen).code, 'SCOPE_MISSING', 'no more than theirs');
  });

  test('a link serves once and for two weeks, and what it says of another is nothing', async () => {
    const other = await person(house, 'Other', ['author']);
    const link = await linkFor(house, { kind: 'person', id: other.id });
    const second = await linkFor(house, { kind: 'person', id: other.id });
    const late = visit(house, edge);
    const unknown = await late.post('/v1/passkey-links/options', { link: `${link}x` });
    await registerAt(house, visit(house, edge), link);
    for (const used of [link, second]) {
      const seen = await late.post('/v1/passkey-links/options', { link: used });
      assert.deepEqual([seen.status, seen.body], [404, unknown.body]);
    }
    const third = await person(house, 'Third', ['author']);
    const over = await linkFor(house, { kind: 'person', id: third.id });
    house.clock.set(plus(house.clock.now(), 14 * DAY_MS));
    assert.deepEqual((await late.post('/v1/passkey-links/options', { link: over })).status, 404);
  });

  test('of many who come with links of one holder at the same time one registers', async () => {
    const other = { kind: 'person', id: (await person(house, 'Raced', ['author'])).id } as const;
    const links = [await linkFor(house, other), await linkFor(house, other)];
    const ready = await Promise.all(
      [...links, ...links, ...links].map(async (link) => {
        const there = visit(house, edge);
        const asked = await there.post('/v1/passkey-links/options', { link });
        const { attestation } = makePasskey(house.context.site, json(asked));
        return () => there.post('/v1/passkey-links', { link, label: 'x', passkey: attestation });
      }),
    );
    const seen = await Promise.all(ready.map((register) => register()));
    assert.deepEqual(seen.map(({ status }) => status).sort(), [201, 404, 404, 404, 404, 404]);
  });

  test('whoever has a passkey gets no second link, a way in for another', async () => {
    await assert.rejects(linkFor(house, holder), { code: 'CONFLICT' });
  });

  test('an answer that was bent, or is of another site, is one 401 whatever is wrong', async () => {
    const fresh = visit(house, edge);
    const bends: Bent[] = [
      { origin: 'https://tocsin.example.invalid' },
      { rpId: 'example.invalid' },
      { type: 'webauthn.create' },
      { challenge: 'c29tZXRoaW5nIGVsc2UgdGhhdCBub2JvZHkgYXNrZWQ' },
      { userVerified: false },
      { crossOrigin: true },
      { userHandle: Buffer.from(house.author.id).toString('base64url') },
    ];
    const answers: Seen[] = [];
    for (const bent of bends) answers.push(await signInWith(fresh, made, bent));
    const stranger = makePasskey(house.context.site, {
      challenge: '',
      user: { id: Buffer.from(holder.id).toString('base64url') },
    });
    answers.push(await signInWith(fresh, stranger));
    // The key of another under the id of this one.
    const asked = json<{ challenge: string }>(await fresh.post('/v1/sign-in/passkey/options', {}));
    const substituted = { ...stranger.show(asked.challenge), id: made.attestation.id };
    answers.push(await fresh.post('/v1/sign-in/passkey', { passkey: substituted }));
    for (const [n, seen] of answers.entries()) {
      assert.equal(seen.status, 401, `${n}: ${seen.body}`);
      assert.deepEqual(seen.body, answers[0]?.body, String(n));
    }
    assert.equal(fresh.cookies.has(SESSION), false);
    assert.equal((await signInWith(fresh, made)).status, 200, 'and the true one is taken');
  });

  test('an answer serves once, for the browser that asked, for five minutes', async () => {
    const fresh = visit(house, edge);
    const ask = async (who: Visitor) =>
      json<{ challenge: string }>(await who.post('/v1/sign-in/passkey/options', {})).challenge;
    const passkey = made.show(await ask(fresh));
    const thief = visit(house, edge);
    await ask(thief);
    assert.equal((await thief.post('/v1/sign-in/passkey', { passkey })).status, 401);
    const cookie = fresh.cookies.get('__Host-tocsin-browser') ?? '';
    assert.equal((await fresh.post('/v1/sign-in/passkey', { passkey })).status, 200);
    fresh.cookies.set('__Host-tocsin-browser', cookie);
    assert.equal((await fresh.post('/v1/sign-in/passkey', { passkey })).status, 401, 'a replay');
    const slow = made.show(await ask(thief));
    house.clock.set(plus(house.clock.now(), 5 * MINUTE_MS));
    assert.equal((await thief.post('/v1/sign-in/passkey', { passkey: slow })).status, 401);
  });

  test('an answer for one purpose is none for another', async () => {
    const asked = json<{ challenge: string }>(
      await visitor.post('/v1/session/verification/options', {}),
    );
    const passkey = made.show(asked.challenge);
    assert.equal((await visitor.post('/v1/sign-in/passkey', { passkey })).status, 401);
  });

  test('a counter that goes back is refused, and the ledger is told of the copy', async () => {
    const fresh = visit(house, edge);
    assert.equal((await signInWith(fresh, made, { counter: 41 })).status, 200);
    const told = await recorded('passkey_rolled_back');
    assert.equal((await signInWith(fresh, made, { counter: 41 })).status, 401);
    assert.equal((await signInWith(fresh, made, { counter: 0 })).status, 401);
    assert.equal(await recorded('passkey_rolled_back'), told + 2);
    assert.equal((await signInWith(fresh, made, { counter: 42 })).status, 200);
  });

  test('a registration that was bent, certified or of another algorithm is refused', async () => {
    const certificate: Cbor = new Map<string, Cbor>([
      ['alg', -7],
      ['sig', Buffer.from('00', 'hex')],
      ['x5c', [Buffer.from('00', 'hex')]],
    ]);
    const bends: Bent[] = [
      { origin: 'https://tocsin.example.invalid' },
      { rpId: 'example.invalid' },
      { type: 'webauthn.get' },
      { challenge: 'c29tZXRoaW5nIGVsc2UgdGhhdCBub2JvZHkgYXNrZWQ' },
      { userVerified: false },
      { crossOrigin: true },
      { alg: -65535 },
      { fmt: 'packed', attStmt: certificate },
      { fmt: 'android-safetynet' },
    ];
    const { id } = await person(house, 'Registers', ['author']);
    const link = await linkFor(house, { kind: 'person', id });
    const fresh = visit(house, edge);
    const register = async (bent: Bent) => {
      const asked = await fresh.post('/v1/passkey-links/options', { link });
      const bad = makePasskey(house.context.site, json(asked), bent);
      const body = { link, label: 'a key', passkey: bad.attestation };
      return fresh.post('/v1/passkey-links', body);
    };
    for (const bent of bends) {
      const seen = await register(bent);
      assert.equal(seen.status, 422, `${JSON.stringify(bent)}: ${seen.body}`);
      assert.equal(json<{ code: string }>(seen).code, 'KEY_INVALID');
    }
    const taken = await register({ credentialId: made.credentialId });
    assert.equal(json<{ code: string }>(taken).code, 'KEY_INVALID', "another's credential");
    assert.equal((await signInWith(visit(house, edge), made)).status, 200, 'still theirs');
    assert.equal((await register({})).status, 201);
  });

  test('whoever asks is told the same, known or not: there is no name to try', async () => {
    const [one, two] = [visit(house, edge), visit(house, edge)];
    const asked = [one, two].map((who) => who.post('/v1/sign-in/passkey/options', {}));
    const [a, b] = (await Promise.all(asked)).map((seen) => json<Record<string, unknown>>(seen));
    assert.deepEqual({ ...a, challenge: '' }, { ...b, challenge: '' });
    assert.deepEqual(Object.keys(a ?? {}).sort(), ['challenge', 'rpId', 'userVerification']);
  });

  test('another passkey is added and ended by a verified session, never the last one', async () => {
    const added = json<{ challenge: string; user: { id: string } }>(
      await visitor.post('/v1/passkeys/options', {}),
    );
    const second = makePasskey(house.context.site, added);
    const body = { label: 'spare', passkey: second.attestation };
    const { passkey } = json<{ passkey: string }>(await visitor.post('/v1/passkeys', body));
    const elsewhere = visit(house, edge);
    assert.equal((await signInWith(elsewhere, second)).status, 200);
    const { items } = json<{ items: { id: string; label: string }[] }>(
      await visitor.get('/v1/passkeys'),
    );
    assert.deepEqual(items.map(({ label }) => label).sort(), ['a key', 'spare']);
    assert.equal((await visitor.post(`/v1/passkeys/${passkey}/end`, {})).status, 200);
    assert.equal((await elsewhere.get('/v1/session')).status, 401, 'what it opened has ended');
    assert.equal((await signInWith(visit(house, edge), second)).status, 401);
    const last = items.find(({ id }) => id !== passkey)?.id;
    const refused = await visitor.post(`/v1/passkeys/${last}/end`, {});
    assert.equal(json<{ code: string }>(refused).code, 'CONFLICT');
  });

  test('to register a passkey or make a token wants a verification of minutes ago', async () => {
    house.clock.set(plus(house.clock.now(), 10 * MINUTE_MS));
    const asked = { label: 'machine', scopes: ['author'], days: 30 };
    for (const [url, body] of [
      ['/v1/passkeys/options', {}],
      ['/v1/tokens', asked],
    ] as const) {
      const seen = await visitor.post(url, body);
      assert.equal(json<{ code: string }>(seen).code, 'SIGN_IN_NEEDED', url);
    }
    const other = visit(house, edge);
    const { id } = await person(house, 'Not them', ['author']);
    const theirs = await registerAt(house, other, await linkFor(house, { kind: 'person', id }));
    const verify = async (by: Made) => {
      const options = await visitor.post('/v1/session/verification/options', {});
      const passkey = by.show(json<{ challenge: string }>(options).challenge);
      return visitor.post('/v1/session/verification', { passkey });
    };
    assert.equal((await verify(theirs)).status, 401, 'by the passkey of another');
    const before = visitor.cookies.get(SESSION);
    const verified = await verify(made);
    visitor.act = json<{ act: string }>(verified).act;
    assert.notEqual(visitor.cookies.get(SESSION), before, 'under another secret');
    assert.equal((await visitor.post('/v1/tokens', asked)).status, 201);
  });

  test("whoever's access ended has no way left: no token, session, passkey, link", async () => {
    const { id } = await person(house, 'Leaves', ['author']);
    const leaving = { kind: 'person', id } as const;
    const unused = await linkFor(house, leaving);
    const there = visit(house, edge);
    const theirs = await registerAt(house, there, await linkFor(house, leaving));
    await endTokens(house.context, leaving, SYSTEM, house.clock.now());
    assert.equal((await there.get('/v1/session')).status, 401);
    assert.equal((await signInWith(visit(house, edge), theirs)).status, 401);
    assert.equal((await there.post('/v1/passkey-links/options', { link: unused })).status, 404);
  });

  test('a reader signs in as a reader, until its access ends', async () => {
    const reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    const there = visit(house, edge);
    const own = { kind: 'reader', id: reader.caller.id as ReaderId } as const;
    const theirs = await registerAt(house, there, await linkFor(house, own));
    assert.equal((await there.get('/v1/inbox')).status, 200);
    assert.equal((await there.get('/v1/programmes')).status, 403);
    await endTokens(house.context, own, SYSTEM, house.clock.now());
    for (const url of ['/v1/inbox', '/v1/notices', '/v1/invitations', '/v1/standing']) {
      assert.equal((await there.get(url)).status, 401, url);
      assert.equal((await edge.get(url, reader.token)).status, 401, url);
    }
    assert.equal((await signInWith(visit(house, edge), theirs)).status, 401);
  });

  test('nothing by which somebody signs in is kept but as a hash', async () => {
    const link = await linkFor(house, {
      kind: 'person',
      id: (await person(house, 'L', ['author'])).id,
    });
    const secrets = [link, visitor.cookies.get(SESSION) ?? '', visitor.act];
    const tables = ['token', 'passkey', 'passkey_link', 'challenge', 'event'] as const;
    for (const table of tables) {
      const rows = await house.context.store.issuer((tx) =>
        tx.selectFrom(table).selectAll().execute(),
      );
      const text = JSON.stringify(rows);
      for (const secret of secrets) assert.ok(!text.includes(secret), table);
    }
    house.clock.set(plus(house.clock.now(), HOUR_MS));
  });
});
