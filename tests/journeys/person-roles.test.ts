/** Who of the issuer may do what: granted by two persons, withdrawn by one, at once. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { runAdmin } from '../../src/main/admin.ts';
import { type Role, SYSTEM } from '../../src/programme/act.ts';
import { proposeGrant } from '../../src/programme/people/roles.ts';
import { decideStoredGrant } from '../../src/store/role-store.ts';
import { makePasskey } from '../support/authenticator.ts';
import { linkFor, registerAt, visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { type House, openHouse, person } from '../support/house.ts';
import { openTwoSides } from '../support/two-sides.ts';

type Proposed = { grant: string; person: string; digest: string; code: string | null };

describe('roles of the issuer’s persons', () => {
  let house: House;
  let edge: Edge;
  let one: Awaited<ReturnType<typeof person>>;
  let other: Awaited<ReturnType<typeof person>>;
  let somebody: Awaited<ReturnType<typeof person>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = await person(house, 'One', ['operator']);
    other = await person(house, 'Other', ['operator']);
  });
  beforeEach(async () => {
    somebody = await person(house, 'Somebody', ['author', 'investigator']);
  });
  after(() => house.tearDown());

  const code = (seen: Seen) => json<{ code: string }>(seen).code;
  const propose = async (whom: { person?: string; name?: string }, roles: readonly Role[]) => {
    const body = { person: null, name: null, ...whom, roles };
    const seen = await edge.post('/v1/role-grants', body, { token: one.token });
    assert.equal(seen.status, 201, seen.body.toString());
    return json<Proposed>(seen);
  };
  const decide = (token: string, { grant, digest }: Proposed, decision = 'confirm') =>
    edge.post(`/v1/role-grants/${grant}/decision`, { decision, digest }, { token });
  const withdraw = (token: string, id: string, roles: readonly Role[]) =>
    edge.post(`/v1/persons/${id}/withdrawal`, { roles }, { token });
  const rolesOf = async (id: string) => {
    const { items } = json<{ items: { id: string; roles: string[] }[] }>(
      await edge.get('/v1/persons', one.token),
    );
    return items.find((found) => found.id === id)?.roles ?? null;
  };
  const told = async (type: string, id: string) => {
    const rows = await house.context.store.issuer((tx) =>
      tx.selectFrom('event').select(['issuer_body', 'subjects']).where('type', '=', type).execute(),
    );
    return rows
      .filter(({ subjects }) => subjects.includes(id))
      .map(({ issuer_body }) => JSON.parse(issuer_body ?? '{}') as { actor: { id: string } });
  };

  test('are had when another operator has confirmed exactly that, and not before', async () => {
    const made = await propose({ person: somebody.id }, ['auditor', 'approver']);
    assert.equal(made.code, null);
    assert.deepEqual(await rolesOf(somebody.id), ['author', 'investigator']);
    assert.equal(code(await decide(one.token, made)), 'SECOND_PERSON');
    const bent = { ...made, digest: '0'.repeat(64) };
    assert.equal(code(await decide(other.token, bent)), 'APPROVAL_VOID');
    const { open } = json<{ open: { grant: string; digest: string; roles: string[] }[] }>(
      await edge.get('/v1/persons', other.token),
    );
    const shown = open.find(({ grant }) => grant === made.grant);
    assert.deepEqual([shown?.digest, shown?.roles], [made.digest, ['approver', 'auditor']]);
    assert.deepEqual(json(await decide(other.token, made)), { outcome: 'confirmed', link: null });
    const all = ['author', 'approver', 'investigator', 'auditor'];
    assert.deepEqual(await rolesOf(somebody.id), all);
    assert.equal(code(await decide(other.token, made)), 'CONFLICT', 'once');
    for (const type of ['role_grant_proposed', 'roles_granted']) {
      const actors = (await told(type, somebody.id)).map(({ actor }) => actor.id);
      assert.equal(actors.at(-1), type === 'roles_granted' ? other.id : one.id);
    }
    assert.equal((await told('role_grant_decided', made.grant)).length, 1);
  });

  test('are confirmed by nobody for themselves, nor kept by an operator who was one', async () => {
    const own = await propose({ person: other.id }, ['approver']);
    assert.equal(code(await decide(other.token, own)), 'SECOND_PERSON');
    assert.equal((await decide(other.token, own, 'refuse')).status, 200);
    const leaving = await person(house, 'Leaving', ['operator', 'author']);
    const asked = { person: null, name: 'A friend' } as const;
    const now = house.clock.now();
    const { context } = house;
    const left = await proposeGrant(context, leaving.caller, asked, ['operator'], now);
    assert.equal((await withdraw(one.token, leaving.id, ['operator'])).status, 200);
    assert.equal(code(await decide(other.token, left)), 'CONFLICT');
    // Were the code wrong, the database would still refuse.
    const made = await propose({ person: somebody.id }, ['manager']);
    for (const decider of [one.id, somebody.id]) {
      const act = { actor: SYSTEM, at: now };
      const decided = { outcome: 'confirmed', decider } as const;
      await assert.rejects(
        context.store.issuer((tx) => decideStoredGrant(tx, act, made.grant, decided)),
      );
    }
    assert.deepEqual(await rolesOf(somebody.id), ['author', 'investigator']);
  });

  test('let somebody new in by the link of one and the code of the other', async () => {
    const made = await propose({ name: 'New' }, ['author']);
    assert.equal(await rolesOf(made.person), null);
    const confirmed = await decide(other.token, made);
    const [, link = ''] = json<{ link: string }>(confirmed).link.split('#');
    const there = visit(house, edge);
    const alone = await there.post('/v1/passkey-links/options', { link });
    assert.equal(alone.status, 404, 'who confirmed cannot come instead');
    const at = { link, code: made.code };
    const asked = await there.post('/v1/passkey-links/options', at);
    const { attestation } = makePasskey(house.context.site, json(asked));
    await there.post('/v1/passkey-links', { ...at, label: 'new', passkey: attestation });
    const session = json<{ holder: string; scopes: string[] }>(await there.session());
    assert.deepEqual([session.holder, session.scopes], [made.person, ['author']]);
  });

  test('wait a week for the other person', async () => {
    const made = await propose({ person: somebody.id }, ['manager']);
    const began = house.clock.now();
    house.clock.set(plus(began, 7 * DAY_MS));
    assert.equal(code(await decide(other.token, made)), 'CONFLICT');
    const { open } = json<{ open: object[] }>(await edge.get('/v1/persons', one.token));
    assert.ok(!JSON.stringify(open).includes(made.grant));
  });

  test('withdrawn, are gone from tokens and sessions at once, and do not come back', async () => {
    const visitor = visit(house, edge);
    await registerAt(house, visitor, await linkFor(house, { kind: 'person', id: somebody.id }));
    const drafting = `/v1/imports`;
    const scopes = async () => json<{ scopes: string[] }>(await visitor.session()).scopes;
    assert.deepEqual(await scopes(), ['author', 'investigator']);
    assert.notEqual((await edge.post(drafting, {}, { token: somebody.token })).status, 403);
    const left = await withdraw(one.token, somebody.id, ['author']);
    assert.deepEqual(json(left), { roles: ['investigator'] });
    assert.equal(code(await edge.post(drafting, {}, { token: somebody.token })), 'SCOPE_MISSING');
    assert.deepEqual(await scopes(), ['investigator']);
    const asked = { label: 'mine', scopes: ['author'], days: 1 };
    assert.equal(code(await visitor.post('/v1/tokens', asked)), 'SCOPE_MISSING');
    await withdraw(one.token, somebody.id, ['investigator']);
    assert.equal((await edge.get('/v1/programmes', somebody.token)).status, 401);
    assert.equal((await visitor.get('/v1/session')).status, 401);
    assert.equal((await told('roles_withdrawn', somebody.id)).length, 2);
    assert.equal(code(await withdraw(one.token, somebody.id, ['author'])), 'CONFLICT');
  });

  test('leave an operator, also where each of the last two takes it from the other', async () => {
    for (const { id } of [house.author, house.approver]) {
      assert.equal((await withdraw(one.token, id, ['operator'])).status, 200);
    }
    const both = await Promise.all([
      withdraw(one.token, other.id, ['operator']),
      withdraw(other.token, one.id, ['operator']),
    ]);
    const kept = (await rolesOfAll()).filter(({ roles }) => roles.includes('operator'));
    assert.equal(kept.length, 1, JSON.stringify(both.map(({ status }) => status)));
    const last = kept[0]?.id === one.id ? one : other;
    assert.equal(code(await withdraw(last.token, last.id, ['operator'])), 'CONFLICT');
  });

  const rolesOfAll = async () =>
    json<{ items: { id: string; roles: string[] }[] }>(
      await edge.get('/v1/persons', house.tokens.author),
    ).items;
});

describe('the server’s own machine', () => {
  let house: House;

  before(async () => {
    house = await openHouse();
  });
  after(() => house.tearDown());

  const admin = (request: Parameters<typeof runAdmin>[1]) =>
    runAdmin(house.context, request, house.clock.now());

  test('gives no roles alone once there are two persons, one of them an operator', async () => {
    const sides = await openTwoSides(house);
    try {
      const added = (await admin({ verb: 'addPerson', name: 'Third', scopes: ['author'] })) as {
        token: null;
        person: string;
        proposal: Proposed;
      };
      assert.equal(added.token, null);
      const more = { verb: 'addToken', person: house.author.id, scopes: ['approver'] } as const;
      await assert.rejects(admin(more), { code: 'CONFLICT' });
      const known = { ...more, scopes: ['author'] };
      assert.ok(await admin(known), 'a token of roles that the person has');
      const listed = await sides.first('person', 'list');
      assert.match(listed.out, new RegExp(`${added.proposal.grant}.*the server’s machine`));
      const { grant, digest } = added.proposal;
      const said = await sides.first('person', 'confirm', grant, '--digest', digest);
      assert.match(said.out, /^Confirmed\n.*\/register#link_/);
    } finally {
      await sides.tearDown();
    }
  });

  test('one operator proposes and another confirms from the command line', async () => {
    const sides = await openTwoSides(house);
    try {
      const made = await sides.first('person', 'propose', 'Fourth Person', '--roles', 'auditor');
      assert.match(made.out, /^code [0-9a-f]{24}$/m);
      const [, grant = '', digest = ''] = /confirm (\S+) --digest (\S+)/.exec(made.err) ?? [];
      await sides.second('person', 'confirm', grant, '--digest', digest);
      const { out } = await sides.second('person', 'list');
      assert.match(out, /Fourth Person +auditor/);
      const [id = ''] = /\S+(?= +Fourth Person)/.exec(out) ?? [];
      const left = await sides.second('person', 'withdraw', id, '--roles', 'auditor');
      assert.equal(left.out, 'Left: none\n');
      const again = await sides.first('person', 'propose', id, '--roles', 'auditor');
      const [, next = '', hash = ''] = /confirm (\S+) --digest (\S+)/.exec(again.err) ?? [];
      assert.equal(
        (await sides.first('person', 'refuse', next, '--digest', hash)).out,
        'Refused\n',
      );
    } finally {
      await sides.tearDown();
    }
  });

  test('gives them again where nobody is left who could confirm', async () => {
    for (const { id } of [house.author, house.approver]) {
      await admin({ verb: 'endTokens', holder: 'person', id });
    }
    const scopes = ['operator', 'author'];
    const { token } = (await admin({ verb: 'addPerson', name: 'Returns', scopes })) as {
      token: string;
    };
    assert.match(token, /^tocsin_/);
  });
});
