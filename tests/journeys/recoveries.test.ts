/** Somebody lost every passkey: two others let them in again, and neither can come instead. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { run } from '../../src/cli/program.ts';
import type { PersonId } from '../../src/domain/ids.ts';
import { DAY_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import type { Made } from '../support/authenticator.ts';
import { makePasskey } from '../support/authenticator.ts';
import {
  linkFor,
  registerAt,
  SESSION,
  signInWith,
  type Visitor,
  visit,
} from '../support/browser-of.ts';
import { type Edge, fetchFrom, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person } from '../support/house.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a recovery', () => {
  let house: House;
  let edge: Edge;
  let lost: { id: PersonId; token: string; visitor: Visitor; made: Made };
  let proposer: Visitor;
  let confirmer: Visitor;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());

  const signedIn = async (name: string) => {
    const { id, token } = await person(house, name, ['operator', 'author']);
    const visitor = visit(house, edge);
    const link = await linkFor(house, { kind: 'person', id });
    return { id, token, visitor, made: await registerAt(house, visitor, link) };
  };
  beforeEach(async () => {
    lost = await signedIn('Lost');
    ({ visitor: proposer } = await signedIn('Proposes'));
    ({ visitor: confirmer } = await signedIn('Confirms'));
  });

  const code = (seen: Seen) => json<{ code: string }>(seen).code;
  const propose = async (kind = 'person', holder: string = lost.id) =>
    json<{ recovery: string; code: string }>(
      await proposer.post('/v1/recoveries', { kind, holder }),
    );
  const decide = (who: Visitor, recovery: string, decision = 'confirm') =>
    who.post(`/v1/recoveries/${recovery}/decision`, { decision });
  const secretOf = (seen: Seen) => json<{ link: string }>(seen).link.split('#')[1] ?? '';
  const register = async (at: { link: string; code?: string }) => {
    const there = visit(house, edge);
    const asked = await there.post('/v1/passkey-links/options', at);
    if (asked.status !== 200) return null;
    const made = makePasskey(house.context.site, json(asked));
    const body = { ...at, label: 'new', passkey: made.attestation };
    const seen = await there.post('/v1/passkey-links', body);
    return seen.status === 201 ? made : null;
  };

  test('ends all that was lost, and lets its holder in by link and code together', async () => {
    const proposed = await propose();
    assert.equal((await lost.visitor.get('/v1/session')).status, 200, 'nothing has ended yet');
    const confirmed = await decide(confirmer, proposed.recovery);
    const link = secretOf(confirmed);
    assert.equal((await lost.visitor.get('/v1/session')).status, 401);
    assert.equal((await edge.get('/v1/programmes', lost.token)).status, 401);
    assert.equal((await signInWith(visit(house, edge), lost.made)).status, 401);
    assert.equal(await register({ link }), null, 'who confirmed cannot come instead');
    assert.equal(await register({ link, code: 'a guess' }), null);
    assert.equal(await register({ link: 'link_guess', code: proposed.code }), null);
    const made = await register({ link, code: proposed.code });
    assert.ok(made);
    const back = visit(house, edge);
    assert.equal((await signInWith(back, made)).status, 200);
    const session = json<{ holder: string; scopes: string[] }>(await back.session());
    assert.deepEqual([session.holder, session.scopes], [lost.id, ['author', 'operator']]);
    assert.equal(await register({ link, code: proposed.code }), null, 'once');
  });

  test('takes two persons, neither of them its own, each verified', async () => {
    const own = await lost.visitor.post('/v1/recoveries', { kind: 'person', holder: lost.id });
    assert.equal(code(own), 'SECOND_PERSON');
    const { recovery } = await propose();
    assert.equal(code(await decide(proposer, recovery)), 'SECOND_PERSON');
    assert.equal(code(await decide(lost.visitor, recovery)), 'SECOND_PERSON');
    const url = `/v1/recoveries/${recovery}/decision`;
    const bearer = await edge.post(url, { decision: 'confirm' }, { token: house.tokens.approver });
    assert.equal(code(bearer), 'SIGN_IN_NEEDED');
    assert.equal((await lost.visitor.get('/v1/session')).status, 200);
    const refused = await decide(lost.visitor, recovery, 'refuse');
    assert.deepEqual(json(refused), { outcome: 'refused', link: null });
    assert.equal(code(await decide(confirmer, recovery)), 'CONFLICT');
  });

  test('is over after a week, and of nobody who is out', async () => {
    const { recovery } = await propose();
    house.clock.set(plus(house.clock.now(), 7 * DAY_MS));
    const { visitor: later } = await signedIn('Later');
    assert.equal(code(await decide(later, recovery)), 'CONFLICT');
    const nobody = { kind: 'person', holder: house.programme };
    assert.equal(code(await later.post('/v1/recoveries', nobody)), 'NOT_FOUND');
  });

  test('lets a reader in again as that reader', async () => {
    const { caller, token } = await joinReader(house, await admit(house, 'Firm'));
    const there = visit(house, edge);
    await registerAt(house, there, await linkFor(house, { kind: 'reader', id: caller.id }));
    const proposed = await propose('reader', caller.id);
    const shown = json<Record<string, unknown>>(
      await confirmer.get(`/v1/recoveries/${proposed.recovery}`),
    );
    assert.deepEqual(
      [shown['kind'], shown['holder'], shown['outcome']],
      ['reader', caller.id, null],
    );
    const link = secretOf(await decide(confirmer, proposed.recovery));
    // Else somebody makes a link that asks for no code, and comes instead.
    const without = linkFor(house, { kind: 'reader', id: caller.id });
    await assert.rejects(without, { code: 'CONFLICT' });
    assert.equal((await there.get('/v1/inbox')).status, 401);
    assert.equal((await edge.get('/v1/inbox', token)).status, 401);
    const made = await register({ link, code: proposed.code });
    assert.ok(made);
    const back = visit(house, edge);
    await signInWith(back, made);
    assert.equal((await back.get('/v1/inbox')).status, 200);
  });

  test('by command: two persons who signed in, and no token', async (t) => {
    const folder = await temporaryFolder();
    t.after(() => rm(folder, { recursive: true }));
    const sessions = { first: proposer, second: confirmer, own: lost.visitor };
    for (const [name, { cookies }] of Object.entries(sessions)) {
      await writeFile(join(folder, name), `${cookies.get(SESSION)}\n`);
    }
    await writeFile(join(folder, 'token'), house.tokens.approver);
    const tocsin = async (...args: string[]) => {
      const env = { TOCSIN_TOKEN: house.tokens.approver };
      const world = quietWorld({ env, cwd: folder, fetch: fetchFrom(edge) });
      await run(['recovery', ...args], world);
      return { status: world.status(), out: world.stdout(), err: world.stderr() };
    };
    const as = (name: string) => ['--session-file', name];

    // Newest first: none of the tests before is at the same time.
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    const byToken = await tocsin('open', lost.id, ...as('token'));
    assert.deepEqual([byToken.status, byToken.out], [3, '']);
    assert.equal((await tocsin('open', lost.id)).status, 2, 'no session at all');
    assert.equal((await tocsin('open', lost.id, ...as('own'))).status, 3, 'not oneself');
    assert.equal((await tocsin('open', house.programme, ...as('first'))).status, 4);
    const opened = await tocsin('open', lost.id, ...as('first'));
    assert.equal(opened.status, 0, opened.err);
    const secret = opened.out.trim();
    assert.match(secret, /^[0-9a-f]{24}$/);
    const listed = JSON.parse((await tocsin('list', '--json')).out) as { items: object[] };
    const [line] = listed.items as { recovery: string; holder: string; outcome: null }[];
    assert.deepEqual([line?.holder, line?.outcome], [lost.id, null]);
    assert.doesNotMatch(JSON.stringify(listed), new RegExp(secret));
    const { recovery = '' } = line ?? {};
    assert.equal((await tocsin('confirm', recovery, ...as('first'))).status, 3, 'one person');
    const confirmed = await tocsin('confirm', recovery, '--json', ...as('second'));
    const { link } = JSON.parse(confirmed.out) as { link: string };
    assert.equal((await tocsin('refuse', recovery, ...as('second'))).status, 5, 'decided');
    assert.ok(await register({ link: link.split('#')[1] ?? '', code: secret }));

    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    const again = await tocsin('open', lost.id, '--json', ...as('first'));
    const { recovery: second } = JSON.parse(again.out) as { recovery: string };
    const refused = await tocsin('refuse', second, ...as('first'));
    assert.deepEqual([refused.status, refused.out], [0, 'refused\n']);
    assert.match((await tocsin('list')).out, /refused\n.*confirmed\n/s);
    house.clock.set(plus(house.clock.now(), 11 * MINUTE_MS));
    assert.equal((await tocsin('open', lost.id, ...as('first'))).status, 3, 'verified long ago');
  });

  test('takes the code too when its link was not used in time', async () => {
    const { caller } = await joinReader(house, await admit(house, 'Away'));
    const there = visit(house, edge);
    await registerAt(house, there, await linkFor(house, { kind: 'reader', id: caller.id }));
    const first = await propose('reader', caller.id);
    const over = secretOf(await decide(confirmer, first.recovery));
    house.clock.set(plus(house.clock.now(), 15 * DAY_MS));
    ({ visitor: proposer } = await signedIn('Proposes later'));
    ({ visitor: confirmer } = await signedIn('Confirms later'));
    assert.equal(await register({ link: over, code: first.code }), null);
    const without = linkFor(house, { kind: 'reader', id: caller.id });
    await assert.rejects(without, { code: 'CONFLICT' }, 'somebody alone');
    const again = await propose('reader', caller.id);
    const link = secretOf(await decide(confirmer, again.recovery));
    assert.equal(await register({ link }), null);
    assert.ok(await register({ link, code: again.code }));
  });
});
