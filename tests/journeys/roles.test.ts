/** Every role and standing on every route: what is not theirs is refused, and nothing happens. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { STANDINGS } from '../../src/domain/enrolment.ts';
import { buildApp } from '../../src/http/app.ts';
import type { Audience, PersonScope } from '../../src/http/auth/audience.ts';
import { SCOPES, SYSTEM } from '../../src/programme/act.ts';
import { endTokens } from '../../src/programme/manage-tokens.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person, stand } from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

type Route = { readonly method: 'GET' | 'POST'; readonly url: string; readonly audience: string[] };
type Caller = { readonly name: string; readonly is: Audience | null; readonly token?: string };

const PERSONS = SCOPES.filter((scope): scope is PersonScope => scope !== 'reader');

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
    for (const scope of PERSONS) {
      const { token } = await person(house, `Only ${scope}`, [scope]);
      made.push({ name: scope, is: `person:${scope}`, token });
    }
    const left = await person(house, 'Left', PERSONS);
    await endTokens(house.context, { kind: 'person', id: left.id }, SYSTEM, house.clock.now());
    made.push({ name: 'whose token was ended', is: null, token: left.token });
    for (const standing of STANDINGS) {
      const begins = standing === 'applicant' ? 'applicant' : 'active';
      const participant = await admit(house, `Is ${standing}`, { standing: begins });
      const { token } = await joinReader(house, participant);
      if (standing !== begins) await stand(house, participant, standing);
      made.push({ name: `reader, ${standing}`, is: 'reader', token });
    }
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
        if (caller.is !== null && route.audience.includes(caller.is)) continue;
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
        if (caller.is === null || !route.audience.includes(caller.is)) continue;
        const seen = await ask(route, caller);
        const cell = `${route.method} ${route.url}, ${caller.name}`;
        assert.notEqual(seen.status, 401, cell);
        assert.ok(seen.status < 500, `${cell}: ${seen.status}`);
        if (seen.status !== 403) continue;
        assert.notEqual(json<{ code: string }>(seen).code, 'SCOPE_MISSING', cell);
      }
    }
  });
});

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
