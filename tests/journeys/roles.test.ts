/** Every role and standing on every route: what is not theirs is refused, and nothing happens. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { STANDINGS } from '../../src/domain/enrolment.ts';
import { buildApp } from '../../src/http/app.ts';
import { ACTING_PERSON, type Audience } from '../../src/http/auth/audience.ts';
import { ROLES, SYSTEM } from '../../src/programme/act.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person, stand } from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

type Route = { readonly method: 'GET' | 'POST'; readonly url: string; readonly audience: string[] };
type Caller = {
  readonly name: string;
  /** Audiences that admit it; null: it is nobody. */
  readonly is: readonly Audience[] | null;
  readonly token?: string;
};

/** What a person does about their own way in; that they sign in is no act on anybody's alerts. */
const OWN_WAY_IN = /^\/v1\/(passkeys|sessions?|tokens)(\/|$)/;

/** What an author wrote of a vulnerability, or others to it, and what opens mark keys. */
const CONTENT = [
  '/v1/additions/:addition',
  '/v1/alert-changes/:proposal',
  '/v1/alerts/:alert',
  '/v1/alerts/:alert/feedback',
  '/v1/alerts/:alert/leaks',
  '/v1/alerts/:alert/mark-key',
  '/v1/alerts/:alert/messages',
];

describe('the roles and standings, on every route there is', () => {
  let house: House;
  let edge: Edge;
  let routes: readonly Route[];
  let callers: readonly Caller[];
  let ids: Readonly<Record<string, string>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    routes = await routesOf(edge);
    const small = await smallAlert(house);
    const firm = await admit(house, 'Target', { tier: 'validate' });
    ids = { alert: small.alert, artifact: small.artifact, ...{ participant: firm } };
    ids = { ...ids, programme: house.programme };
    const made: Caller[] = [
      { name: 'nobody', is: null },
      { name: 'an unknown token', is: null, token: house.tokens.author.replace(/.$/, '_') },
    ];
    for (const scope of ROLES) {
      const { token } = await person(house, `Only ${scope}`, [scope]);
      made.push({ name: scope, is: [`person:${scope}`], token });
    }
    const left = await person(house, 'Left', ROLES);
    await endTokens(house.context, { kind: 'person', id: left.id }, SYSTEM, house.clock.now());
    made.push({ name: 'whose token was ended', is: null, token: left.token });
    for (const standing of STANDINGS) {
      const begins = standing === 'applicant' ? 'applicant' : 'active';
      const participant = await admit(house, `Is ${standing}`, { standing: begins });
      const { token } = await joinReader(house, participant);
      if (standing !== begins) await stand(house, participant, standing);
      made.push({ name: `administrator, ${standing}`, is: ['administrator', 'reader'], token });
    }
    const other = await joinReader(house, firm);
    made.push({ name: 'administrator', is: ['administrator', 'reader'], token: other.token });
    made.push({ name: 'reader', is: ['reader'], token: (await joinReader(house, firm)).token });
    const machine = await joinReader(house, firm);
    await house.context.store.issuer((tx) => {
      const { id } = machine.caller;
      return tx.updateTable('reader').set({ role: 'machine' }).where('id', '=', id).execute();
    });
    made.push({ name: 'machine', is: ['machine'], token: machine.token });
    callers = made;
  });
  after(() => house.tearDown());

  const ask = (route: Route, { token }: Caller) => {
    const url = route.url.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? house.programme);
    return route.method === 'GET' ? edge.get(url, token) : edge.post(url, {}, tokenIn(token));
  };
  const events = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ events: number; keys: number }>`select (select count(*) from event) as events,
        (select count(*) from idempotency) as keys`.execute(tx),
    );
    return rows[0];
  };

  test('whoever a route is not for is refused before anything is looked at', async () => {
    let cells = 0;
    for (const route of routes.filter(({ audience }) => !audience.includes('public'))) {
      for (const caller of callers) {
        if (admitted(route, caller)) continue;
        cells += 1;
        const earlier = await events();
        const seen = await ask(route, caller);
        const cell = `${route.method} ${route.url}, ${caller.name}`;
        assert.equal(seen.status, caller.is === null ? 401 : 403, cell);
        const { code } = json<{ code: string }>(seen);
        assert.equal(code, caller.is === null ? 'UNAUTHENTICATED' : 'SCOPE_MISSING', cell);
        assert.deepEqual(await events(), earlier, cell);
      }
    }
    assert.ok(cells > routes.length * 4, `${cells} cells`);
  });

  test('whoever a route is for comes past the door', async () => {
    for (const route of routes) {
      for (const caller of callers) {
        if (!admitted(route, caller)) continue;
        const seen = await ask(route, caller);
        const cell = `${route.method} ${route.url}, ${caller.name}`;
        assert.notEqual(seen.status, 401, cell);
        assert.ok(seen.status < 500, `${cell}: ${seen.status}`);
        if (seen.status !== 403) continue;
        assert.notEqual(json<{ code: string }>(seen).code, 'SCOPE_MISSING', cell);
      }
    }
  });

  test('an auditor changes nothing, on any route there is', async () => {
    const acting = routes.filter(({ method, audience }) => method !== 'GET' && of(audience));
    const open = acting.filter(({ audience }) => audience.includes('person:auditor'));
    assert.ok(acting.length > 60);
    for (const { url } of open) assert.match(url, OWN_WAY_IN);
    const auditor = callers.find(({ name }) => name === 'auditor');
    assert.ok(auditor);
    for (const route of acting.filter((one) => !open.includes(one))) {
      const earlier = await events();
      assert.equal((await ask(route, auditor)).status, 403, route.url);
      assert.deepEqual(await events(), earlier, route.url);
    }
  });

  test('an auditor reads all that has no content, and no word of what has', async () => {
    const read = routes.filter(({ method, audience }) => method === 'GET' && of(audience));
    const shut = read.filter(({ audience }) => !audience.includes('person:auditor'));
    assert.deepEqual(shut.map(({ url }) => url).toSorted(), CONTENT);
    const auditor = callers.find(({ name }) => name === 'auditor');
    assert.ok(auditor);
    let answered = 0;
    for (const route of read.filter((one) => !shut.includes(one))) {
      const { status, body } = await ask(route, auditor);
      if (status === 200) answered += 1;
      assert.doesNotMatch(body.toString(), /Small|advisory\.txt|Apply the update/, route.url);
    }
    assert.ok(answered > 15, `${answered} answered`);
    const alerts = `/v1/programmes/${house.programme}/alerts`;
    assert.match((await edge.get(alerts, house.tokens.author)).body.toString(), /"Small"/);
  });
});

function admitted({ audience }: Route, { is }: Caller): boolean {
  return (is ?? []).some((one) => audience.includes(one));
}

/** Whether it answers persons of the issuer. */
function of(audience: readonly string[]): boolean {
  return ACTING_PERSON.some((one) => audience.includes(one));
}

function tokenIn(token: string | undefined): { token?: string } {
  return token === undefined ? {} : { token };
}

async function routesOf({ deps }: Edge): Promise<Route[]> {
  const found: Route[] = [];
  const app = buildApp(deps, (one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      const audience = [...(config?.audience ?? [])];
      if (method === 'GET' || method === 'POST')
        found.push({ method: method as 'GET', url, audience });
    });
  });
  await app.ready();
  await app.close();
  return found;
}
