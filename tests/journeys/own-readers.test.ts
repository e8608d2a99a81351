/** A participant's administrators say who reads for it; a machine fetches and no more. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import type { ParticipantId, ReaderId } from '../../src/domain/ids.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { receiptSigningBytes } from '../../src/formats/receipt.ts';
import { buildApp } from '../../src/http/app.ts';
import { admits } from '../../src/http/auth/audience.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { proposeAdministrator } from '../../src/programme/member/own-readers.ts';
import { makePasskeyLink } from '../../src/programme/people/passkeys.ts';
import { authenticate } from '../../src/programme/people/people.ts';
import { visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge, type PostOptions, type Seen } from '../support/edge.ts';
import type { TestReader } from '../support/house.ts';
import { admit, confirmed, type House, joinReader, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { openTwoSides } from '../support/two-sides.ts';

type Row = { reader: string; label: string; role: string; joinedAt: string | null };

describe('the readers of a participant', () => {
  let house: House;
  let edge: Edge;
  let firm: ParticipantId;
  let first: TestReader;
  let firms = 0;

  before(async () => {
    house = await openHouse({ readerCap: 200 });
    edge = openEdge(house);
  });
  beforeEach(async () => {
    firms += 1;
    firm = await admit(house, `Firm ${firms}`, { tier: 'validate' });
    first = await joinReader(house, firm);
  });
  after(() => house.tearDown());

  const code = (seen: Seen) => json<{ code: string }>(seen).code;
  const list = async (who: TestReader) =>
    json<{ readers: Row[] }>(await edge.get('/v1/readers', who.token)).readers;
  const roleOf = async (id: string) =>
    (await list(first)).find(({ reader }) => reader === id)?.role ?? null;
  const invite = (
    who: TestReader,
    role: 'reader' | 'machine' = 'reader',
    label = 'more',
    by: PostOptions = { by: who },
  ) => edge.post('/v1/readers', { label, role }, by);
  const remove = (who: TestReader, id: string, by: PostOptions = { by: who }) =>
    edge.post(`/v1/readers/${id}/removal`, {}, by);
  const setRole = (
    who: TestReader,
    id: string,
    role: 'administrator' | 'reader',
    by: PostOptions = { by: who },
  ) => edge.post(`/v1/readers/${id}/role`, { role }, by);
  const join = async (seen: Seen): Promise<TestReader> => {
    const { invitation } = json<{ invitation: string }>(seen);
    const { identity, recipient } = generateIdentity();
    const { secret, publicKey } = generateSigningKey();
    const signed = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
    const body = {
      ...{ invitation, recipient, signKey: publicKey.toString('base64') },
      proof: signer(secret).sign(signed).toString('base64'),
    };
    const { token } = json<{ token: string }>(await edge.post('/v1/join', body));
    const caller = await authenticate(house.context, token, house.clock.now());
    assert.ok(caller.kind === 'reader');
    return { caller, token, identity, signSeed: secret };
  };
  const noticesOf = async (who: TestReader) =>
    json<{ items: { kind: string }[] }>(await edge.get('/v1/notices', who.token)).items.filter(
      ({ kind }) => kind === 'readers_changed',
    ).length;

  test('the first is its administrator, and those after it are not', async () => {
    const second = await joinReader(house, firm);
    assert.equal(await roleOf(first.caller.id), 'administrator');
    assert.equal(await roleOf(second.caller.id), 'reader');
    for (const refused of [
      await invite(second),
      await remove(second, first.caller.id),
      await setRole(second, second.caller.id, 'administrator'),
      await edge.post('/v1/facts', {}, { token: second.token }),
      await edge.post('/v1/keys/reports', {}, { token: second.token }),
    ]) {
      assert.equal(code(refused), 'SCOPE_MISSING');
    }
    assert.deepEqual(await list(second), await list(first));
  });

  test('an administrator invites another, all are told, and a seat is a seat', async () => {
    const second = await join(await invite(first));
    assert.equal(second.caller.participant, firm);
    assert.equal(await noticesOf(second), 1);
    const { context, programme } = house;
    const seats = await context.store.issuer((tx) =>
      tx.updateTable('programme').set({ reader_cap: 1 }).where('id', '=', programme).execute(),
    );
    assert.ok(seats);
    const full = await invite(first);
    assert.equal(code(full), 'LIMIT_EXCEEDED');
    // How many readers there are is not this member's to know.
    assert.doesNotMatch(json<{ detail: string }>(full).detail, /\d/);
    await context.store.issuer((tx) =>
      tx.updateTable('programme').set({ reader_cap: 200 }).where('id', '=', programme).execute(),
    );
  });

  test('of one that the issuer invites those there are learn at once', async () => {
    const { context, programme, clock } = house;
    assert.equal(await noticesOf(first), 0);
    await inviteReader(context, 'system', programme, firm, 'by the issuer', clock.now());
    assert.equal(await noticesOf(first), 1);
  });

  test('one member cannot use up the places of all by inviting and removing', async () => {
    const { context, programme, clock } = house;
    for (let ever = 1; ever < 50; ever += 1) {
      const { reader } = json<{ reader: string }>(await invite(first));
      assert.equal((await remove(first, reader)).status, 200);
    }
    assert.equal(code(await invite(first)), 'LIMIT_EXCEEDED');
    assert.ok(await inviteReader(context, 'system', programme, firm, 'by the issuer', clock.now()));
  });

  test('a token alone lets nobody in or out', async () => {
    const second = await join(await invite(first));
    const before = await list(first);
    const thief = { token: first.token };
    for (const refused of [
      await invite(first, 'reader', 'thief', thief),
      await remove(first, second.caller.id, thief),
      await setRole(first, second.caller.id, 'administrator', thief),
    ]) {
      assert.equal(code(refused), 'SIGNATURE_NEEDED');
    }
    assert.deepEqual(await list(first), before);
  });

  test('who is removed gets nothing more; an invitation is taken back', async () => {
    const second = await join(await invite(first));
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    assert.equal((await edge.get(copy, second.token)).status, 200);
    assert.deepEqual(json(await remove(first, second.caller.id)), { removed: true });
    assert.equal((await edge.get(copy, second.token)).status, 401);
    assert.equal((await edge.get(copy, first.token)).status, 200);
    assert.equal(code(await remove(first, second.caller.id)), 'NOT_FOUND');
    const seen = await edge.get(
      `/v1/programmes/${house.programme}/participants/${firm}`,
      house.tokens.author,
    );
    const { removed } = json<{ removed: { id: string; label: string }[] }>(seen);
    assert.deepEqual(removed, [{ id: second.caller.id, label: 'more' }], 'a trace names it still');
    const invited = await invite(first);
    const { reader, invitation } = json<{ reader: string; invitation: string }>(invited);
    await remove(first, reader);
    const { recipient } = generateIdentity();
    const key = generateSigningKey();
    const signed = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
    const proof = signer(key.secret).sign(signed).toString('base64');
    const body = { invitation, recipient, signKey: key.publicKey.toString('base64'), proof };
    assert.equal((await edge.post('/v1/join', body)).status, 404);
    await assertInvariants(house);
  });

  test('of another participant nobody is known, to the byte', async () => {
    const theirs = await joinReader(house, await admit(house, `Other ${firms}`));
    for (const act of [remove, (who: TestReader, id: string) => setRole(who, id, 'reader')]) {
      assert.deepEqual(
        (await act(first, theirs.caller.id)).body,
        (await act(first, house.programme)).body,
      );
    }
    assert.equal((await edge.get('/v1/readers', theirs.token)).status, 200);
  });

  test('the last administrator stays one, also where two leave at once', async () => {
    assert.equal(code(await remove(first, first.caller.id)), 'CONFLICT');
    assert.equal(code(await setRole(first, first.caller.id, 'reader')), 'CONFLICT');
    const second = await join(await invite(first));
    await setRole(first, second.caller.id, 'administrator');
    const both = await Promise.all([
      setRole(first, first.caller.id, 'reader'),
      setRole(second, second.caller.id, 'reader'),
    ]);
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 409]);
    const left = (await list(first)).filter(({ role }) => role === 'administrator');
    assert.equal(left.length, 1);
  });

  test('two persons of the issuer name another administrator where that one is gone', async () => {
    const second = await join(await invite(first));
    const { context, programme, author, approver, clock } = house;
    const about = { participant: firm, reader: second.caller.id };
    const asked = [context, author, programme, about, clock.now()] as const;
    const { proposal } = await proposeAdministrator(...asked);
    assert.equal(await roleOf(second.caller.id), 'reader');
    await confirmed(house, proposal);
    assert.equal(await roleOf(second.caller.id), 'administrator');
    await assert.rejects(proposeAdministrator(context, approver, programme, about, clock.now()), {
      code: 'CONFLICT',
    });
    const elsewhere = { participant: firm, reader: house.programme as string as ReaderId };
    await assert.rejects(
      proposeAdministrator(context, approver, programme, elsewhere, clock.now()),
      { code: 'NOT_FOUND' },
    );
  });

  test('a machine fetches and acknowledges, and may nothing else', async () => {
    const machine = await join(await invite(first, 'machine', 'scanner'));
    assert.equal(await roleOf(machine.caller.id), 'machine');
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const url = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    const { body } = await edge.get(url, machine.token);
    const { manifestJson, manifest } = unpackCopy(open([machine.identity], body));
    assert.equal(manifest.reader, machine.caller.id, 'its copies are its own');
    const claim = {
      delivery: manifest.delivery,
      manifestSha256: sha256(Buffer.from(manifestJson)),
      ciphertextSha256: sha256(body),
    };
    const receipt = {
      delivery: claim.delivery,
      manifestSha256: claim.manifestSha256.toString('hex'),
      ciphertextSha256: claim.ciphertextSha256.toString('hex'),
      signature: signer(machine.signSeed).sign(receiptSigningBytes(claim)).toString('base64'),
    };
    const taken = await edge.post('/v1/receipts', receipt, { token: machine.token });
    assert.deepEqual(json(taken), { acknowledged: true });
    const routes = await routesFor(machine);
    assert.deepEqual(routes, [
      'GET /v1/inbox',
      'GET /v1/inbox/:alert',
      'GET /v1/inbox/:alert/artifacts/:artifact/copy',
      'GET /v1/keys',
      'GET /v1/log/proofs/:leaf',
      'GET /v1/notices',
      'POST /v1/notices/:notice/acknowledgement',
      'POST /v1/receipts',
    ]);
    const holder = { kind: 'reader', id: machine.caller.id } as const;
    await assert.rejects(
      house.context.store.issuer((tx) => makePasskeyLink(tx, holder, SYSTEM, house.clock.now())),
      { code: 'NOT_FOUND' },
    );
    assert.equal(code(await setRole(first, machine.caller.id, 'administrator')), 'NOT_FOUND');
    assert.equal((await remove(first, machine.caller.id)).status, 200);
  });

  async function routesFor({ caller }: TestReader): Promise<string[]> {
    const found: string[] = [];
    const app = buildApp(edge.deps, (each) => {
      each.addHook('onRoute', ({ method, url, config }) => {
        const audience = config?.audience ?? [];
        if (method === 'HEAD' || !admits(audience, caller)) return;
        found.push(`${String(method)} ${url}`);
      });
    });
    await app.ready();
    await app.close();
    return found.toSorted();
  }

  test('from the command line: invited, joined, promoted, removed', async () => {
    const sides = await openTwoSides(house);
    try {
      const name = `Typed ${firms}`;
      const participant = await admit(house, name, { tier: 'validate' });
      const invited = await sides.first('participant', 'invite', participant, '--label', 'boss');
      await sides.reader('boss', 'join', invited.out.trim());
      const word = await sides.reader('boss', 'invite', 'colleague');
      assert.equal(word.status, 0, word.err);
      await sides.reader('two', 'join', word.out.trim());
      assert.equal((await sides.reader('two', 'invite', 'x')).status, 1);
      const rows = (await sides.reader('boss', 'readers')).out;
      assert.match(rows, /administrator .*boss \(you\)\n/);
      const [id = ''] = /\S+(?= {2}reader .*colleague)/.exec(rows) ?? [];
      assert.match(
        (await sides.reader('boss', 'role', id, 'administrator')).out,
        /administrator$/m,
      );
      assert.match((await sides.reader('two', 'notices')).out, /see readers/);
      assert.equal((await sides.reader('boss', 'remove', id)).status, 0);
      assert.equal((await sides.reader('two', 'inbox')).status, 1);
      const link = (await sides.reader('boss', 'passkey')).out;
      assert.match(link, /\/register#link_\S+\n$/);
      const options = { link: link.trim().split('#')[1] };
      const asked = await visit(house, sides.edge).post('/v1/passkey-links/options', options);
      assert.equal(asked.status, 200);
      assert.match((await sides.first('participant', 'list')).out, new RegExp(name));
    } finally {
      await sides.tearDown();
    }
  });
});
