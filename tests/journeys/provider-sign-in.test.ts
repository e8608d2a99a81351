/** Sign-in by an identity provider: a real one, and all that may be wrong on the way back. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { PersonId } from '../../src/domain/ids.ts';
import { MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { setSubject } from '../../src/programme/people/provider-sign-in.ts';
import { linkFor, registerAt, SESSION, type Visitor, visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { freePort } from '../support/free-port.ts';
import { admit, type House, joinReader, openHouse, person } from '../support/house.ts';
import { openTestProvider, type TestProvider } from '../support/identity-provider.ts';

const ORIGIN = 'http://localhost:8740';

async function houseWith(provider: TestProvider, claim: string, folder: string): Promise<House> {
  const file = join(folder, 'client.secret');
  await writeFile(file, `${provider.secret}\n`, { mode: 0o600 });
  return openHouse({
    env: {
      TOCSIN_PUBLIC_URL: ORIGIN,
      TOCSIN_OIDC_ISSUER: provider.issuer,
      TOCSIN_OIDC_CLIENT_ID: provider.clientId,
      TOCSIN_OIDC_SECRET_FILE: file,
      TOCSIN_OIDC_CLAIM: claim,
    },
  });
}

describe('sign-in by an identity provider', () => {
  let folder: string;
  let provider: TestProvider;
  let house: House;
  let edge: Edge;
  let id: PersonId;
  let visitor: Visitor;
  let named = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-oidc-'));
    provider = await openTestProvider(await freePort(), ORIGIN);
    house = await houseWith(provider, 'sub', folder);
    edge = openEdge(house);
  });
  after(async () => {
    await house.tearDown();
    await provider.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    named += 1;
    provider.account = { sub: `account-${named}` };
    ({ id } = await person(house, 'Somebody', ['author', 'operator']));
    const holder = { kind: 'person', id } as const;
    await setSubject(house.context, holder, `account-${named}`, SYSTEM, house.clock.now());
    visitor = visit(house, edge);
  });

  const begin = async (who: Visitor): Promise<URL> => {
    const seen = await who.post('/v1/sign-in/oidc', {});
    assert.equal(seen.status, 200, seen.body.toString());
    return new URL(json<{ address: string }>(seen).address);
  };
  /** Back at our site, as a browser that another site sends here. */
  const comeBack = (who: Visitor, url: URL) =>
    who.get(url.pathname + url.search, { 'sec-fetch-site': 'cross-site' });
  const refused = (seen: Seen) => {
    assert.equal(seen.status, 401, seen.body.toString());
    assert.match(seen.body.toString(), /That did not sign you in/);
    assert.equal(visitor.cookies.has(SESSION), false);
    return seen.body;
  };

  test('whom the provider vouches for is signed in as whom the operator named', async () => {
    const address = await begin(visitor);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(address.searchParams.get(name) ?? '', /^[A-Za-z0-9_-]{43}$/, name);
    }
    const back = await comeBack(visitor, await provider.visit(address.href));
    assert.equal(back.status, 200, back.body.toString());
    const session = json<Record<string, unknown>>(await visitor.session());
    assert.equal(session['holder'], id);
    assert.deepEqual(session['scopes'], ['author', 'operator']);
    assert.equal((await visitor.get('/v1/programmes')).status, 200);
  });

  test('such a session makes no way in: it has not seen a passkey', async () => {
    await comeBack(visitor, await provider.visit((await begin(visitor)).href));
    await visitor.session();
    for (const url of ['/v1/tokens', '/v1/passkeys', '/v1/passkeys/options']) {
      const seen = await visitor.post(url, {});
      assert.equal(json<{ code: string }>(seen).code, 'SIGN_IN_NEEDED', url);
    }
  });

  test('another state or nonce, no state, an error: one page, whatever is wrong', async () => {
    const pages: Buffer[] = [];
    for (const bend of ['state', 'nonce'] as const) {
      const address = await begin(visitor);
      address.searchParams.set(bend, 'A'.repeat(43));
      pages.push(refused(await comeBack(visitor, await provider.visit(address.href))));
    }
    const forged = await provider.visit((await begin(visitor)).href);
    forged.searchParams.delete('state');
    pages.push(refused(await comeBack(visitor, forged)));
    const state = (await begin(visitor)).searchParams.get('state') ?? '';
    for (const query of [`error=access_denied&state=${state}`, `code=guessed&state=${state}`, '']) {
      await begin(visitor);
      pages.push(refused(await comeBack(visitor, new URL(`/sign-in/oidc?${query}`, ORIGIN))));
    }
    provider.account = { sub: 'whom nobody named' };
    const unnamed = await provider.visit((await begin(visitor)).href);
    pages.push(refused(await comeBack(visitor, unnamed)));
    for (const page of pages) assert.deepEqual(page, pages[0]);
  });

  test('what came back serves once, at the browser that was sent, for five minutes', async () => {
    const back = await provider.visit((await begin(visitor)).href);
    const cookies = new Map(visitor.cookies);
    const thief = visit(house, edge);
    assert.equal((await comeBack(thief, back)).status, 401, 'at another browser');
    await begin(thief);
    assert.equal((await comeBack(thief, back)).status, 401, 'at another that was sent too');
    assert.equal((await comeBack(visitor, back)).status, 200);
    for (const [name, value] of cookies) visitor.cookies.set(name, value);
    visitor.cookies.delete(SESSION);
    refused(await comeBack(visitor, back));
    const slow = await provider.visit((await begin(visitor)).href);
    house.clock.set(plus(house.clock.now(), 5 * MINUTE_MS));
    refused(await comeBack(visitor, slow));
  });

  test('a code of another’s attempt is worth nothing here: it wants their verifier', async () => {
    const attacker = visit(house, edge);
    const theirs = await provider.visit((await begin(attacker)).href);
    const mine = await provider.visit((await begin(visitor)).href);
    mine.searchParams.set('code', theirs.searchParams.get('code') ?? '');
    refused(await comeBack(visitor, mine));
  });

  test('a session planted before is not the one after; no other site begins it', async () => {
    const planted = 'A'.repeat(43);
    visitor.cookies.set(SESSION, planted);
    const elsewhere = { origin: 'https://attacker.invalid' };
    assert.equal((await visitor.post('/v1/sign-in/oidc', {}, elsewhere)).status, 401);
    await comeBack(visitor, await provider.visit((await begin(visitor)).href));
    assert.notEqual(visitor.cookies.get(SESSION), planted);
  });

  test('whoever’s access ended is unknown, and a value means one holder', async () => {
    const now = house.clock.now();
    const other = { kind: 'person', id: (await person(house, 'Other', ['author'])).id } as const;
    const value = `account-${named}`;
    await assert.rejects(setSubject(house.context, other, value, SYSTEM, now), {
      code: 'CONFLICT',
    });
    await endTokens(house.context, { kind: 'person', id }, SYSTEM, now);
    refused(await comeBack(visitor, await provider.visit((await begin(visitor)).href)));
    await setSubject(house.context, other, value, SYSTEM, now);
    await comeBack(visitor, await provider.visit((await begin(visitor)).href));
    assert.equal(json<{ holder: string }>(await visitor.session()).holder, other.id);
  });

  test('a reader signs in by the provider as a reader', async () => {
    const { caller } = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    provider.account = { sub: 'reader' };
    const holder = { kind: 'reader', id: caller.id } as const;
    await setSubject(house.context, holder, 'reader', SYSTEM, house.clock.now());
    await comeBack(visitor, await provider.visit((await begin(visitor)).href));
    assert.equal((await visitor.get('/v1/inbox')).status, 200);
  });

  test('with a passkey beside it the same person verifies, and then makes a token', async () => {
    const first = visit(house, edge);
    const made = await registerAt(house, first, await linkFor(house, { kind: 'person', id }));
    await comeBack(visitor, await provider.visit((await begin(visitor)).href));
    await visitor.session();
    const asked = await visitor.post('/v1/session/verification/options', {});
    const passkey = made.show(json<{ challenge: string }>(asked).challenge);
    const verified = await visitor.post('/v1/session/verification', { passkey });
    visitor.act = json<{ act: string }>(verified).act;
    const body = { label: 'ci', scopes: ['author'], days: 1 };
    assert.equal((await visitor.post('/v1/tokens', body)).status, 201);
  });
});

describe('sign-in by the address a provider states', () => {
  test('an address that the provider has not tried means nobody', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-oidc-'));
    const provider = await openTestProvider(await freePort(), ORIGIN);
    const house = await houseWith(provider, 'email', folder);
    try {
      const edge = openEdge(house);
      const { id } = await person(house, 'Ana', ['author']);
      const now = house.clock.now();
      const email = 'ana@house.invalid';
      await setSubject(house.context, { kind: 'person', id }, email, SYSTEM, now);
      for (const [tried, status] of [
        [false, 401],
        [undefined, 401],
        ['true', 401],
        [true, 200],
      ] as const) {
        provider.account = { sub: `one-${tried}`, email, email_verified: tried };
        const who = visit(house, edge);
        const seen = await who.post('/v1/sign-in/oidc', {});
        const back = await provider.visit(json<{ address: string }>(seen).address);
        assert.equal((await who.get(back.pathname + back.search)).status, status, `${tried}`);
      }
    } finally {
      await house.tearDown();
      await provider.close();
      await rm(folder, { recursive: true });
    }
  });

  test('without a provider there is no such way, and the page does not offer it', async () => {
    const house = await openHouse();
    try {
      const edge = openEdge(house);
      const who = visit(house, edge);
      assert.deepEqual(json(await who.get('/v1/sign-in')), { provider: false });
      assert.equal((await who.post('/v1/sign-in/oidc', {})).status, 404);
      assert.equal((await who.get('/sign-in/oidc?code=x&state=y')).status, 404);
    } finally {
      await house.tearDown();
    }
  });
});
