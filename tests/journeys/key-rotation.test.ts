/** Keys change under a reader that stays the same, and a token alone changes none. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { run as runTocsin } from '../../src/cli/program.ts';
import { gpg } from '../../src/cli/reader/gpg.ts';
import { run } from '../../src/cli/reader/run.ts';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { randomBytes } from '../../src/crypto/random.ts';
import { signer } from '../../src/crypto/sign.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { encodeInvitation, parseInvitation } from '../../src/formats/invitation.ts';
import { reportSigningBytes, rotationSigningBytes } from '../../src/formats/key-proofs.ts';
import { issuerKeys } from '../../src/programme/ledger/issuer-keys.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { choose } from '../support/forms.ts';
import {
  administrator,
  admit,
  type House,
  joinReader,
  openHouse,
  person,
  stand,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { smallAlert } from '../support/small-alert.ts';

type Key = {
  readonly reader: string;
  readonly fingerprint: string;
  readonly next: { readonly fingerprint: string; readonly opensAt: string } | null;
};

describe('a reader’s keys', () => {
  let house: House;
  let edge: Edge;
  let url: string;
  let folder: string;
  let firm: ParticipantId;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    url = await edge.app.listen({ host: '127.0.0.1', port: 0 });
    folder = await mkdtemp(join(tmpdir(), 'tocsin-rotation-'));
    firm = await admit(house, 'Firm', { tier: 'validate' });
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(async () => {
    await edge.app.close();
    await house.tearDown();
    await rm(folder, { recursive: true });
  });

  async function at(home: string, ...args: string[]) {
    const said = { out: '', err: '' };
    const status = await run(args, {
      home: join(folder, home),
      fetch,
      openpgp: gpg(),
      now: () => house.clock.now(),
      stdin: async () => '',
      out: (bytes) => {
        said.out += Buffer.from(bytes).toString();
      },
      err: (line) => {
        said.err += line;
      },
    });
    return { status, ...said };
  }

  async function joined(home: string): Promise<string> {
    const { context, programme, clock } = house;
    const invited = await inviteReader(context, 'system', programme, firm, home, clock.now());
    const { invitation, reader } = invited;
    const text = encodeInvitation({ url, invitation, keys: issuerKeys(context) });
    assert.equal((await at(home, 'join', text)).status, 0);
    return reader;
  }
  let fetched = 0;
  /** Fetches a copy; where it lies, or the error. */
  async function fetchedBy(home: string): Promise<{ status: number; copy: string; err: string }> {
    fetched += 1;
    const into = join(folder, `copies-${fetched}`);
    const { status, err } = await at(home, 'fetch', small.alert, '--out', into);
    return { status, err, copy: join(into, 'advisory.txt.age') };
  }
  const pass = async (ms: number) => {
    house.clock.set(plus(house.clock.now(), ms));
    await house.cycle();
  };
  const keysOf = async (home: string, reader: string): Promise<Key> => {
    const { keys } = JSON.parse((await at(home, 'keys', '--json')).out) as { keys: Key[] };
    const key = keys.find((one) => one.reader === reader);
    assert.ok(key);
    return key;
  };
  const deliveredTo = async (reader: string): Promise<string[]> => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ body: string }>`select issuer_body as body from event
        where type = 'delivered' and ${reader}::uuid = any(subjects) order by serial`.execute(tx),
    );
    return rows.map(({ body }) => {
      const { data } = JSON.parse(body) as { data: { fingerprint: string } };
      return data.fingerprint;
    });
  };
  const words = async (reader: string) =>
    house.context.store.issuer((tx) =>
      tx
        .selectFrom('word_commitment')
        .select('commitment')
        .where('reader_id', '=', reader)
        .execute(),
    );
  const noticesOf = async (home: string) =>
    (await at(home, 'notices')).out.split('\n').filter((line) => line.includes('see keys')).length;

  test('rotated: the old are used for a day, then the new; the reader is the same', async () => {
    const reader = await joined('one');
    await joined('colleague');
    const before = await fetchedBy('one');
    const old = await keysOf('one', reader);
    const word = await words(reader);
    const rotated = await at('one', 'rotate', '--hybrid');
    assert.equal(rotated.status, 0, rotated.err);
    assert.equal(await noticesOf('colleague'), 1, 'everybody of the firm is told');
    const waiting = await keysOf('one', reader);
    assert.equal(waiting.fingerprint, old.fingerprint);
    assert.ok(waiting.next);

    await pass(DAY_MS - 1_000);
    const meanwhile = await fetchedBy('one');
    assert.equal(meanwhile.status, 0, meanwhile.err);
    await pass(1_000);
    const now = await keysOf('one', reader);
    assert.deepEqual([now.fingerprint, now.next], [waiting.next.fingerprint, null]);
    const later = await fetchedBy('one');
    assert.equal(later.status, 0, later.err);
    assert.deepEqual(await deliveredTo(reader), [
      old.fingerprint,
      old.fingerprint,
      now.fingerprint,
    ]);
    assert.deepEqual(await words(reader), word, 'marks name the reader, never its keys');
    for (const { copy } of [before, meanwhile, later]) {
      assert.equal((await at('one', 'open', copy, '--out', '-')).status, 0);
      const receipt = await at('one', 'ack', copy);
      assert.equal(receipt.status, 0, receipt.err);
    }
    assert.equal((await at('one', 'rotate')).status, 0, 'and once more');
    await pass(DAY_MS);
    assert.equal((await fetchedBy('one')).status, 0);
  });

  test('a stolen token alone brings no key, reports none, and replays no rotation', async () => {
    const victim = await joinReader(house, firm);
    const mate = await joinReader(house, firm);
    // The token of whoever may report, had they the key.
    await administrator(house, victim);
    const options = { token: victim.token };
    const thief = signer(randomBytes(32));
    const { recipient } = generateIdentity();
    const [inForce] = json<{ keys: Key[] }>(await edge.get('/v1/keys', victim.token)).keys.filter(
      (key) => key.reader === victim.caller.id,
    );
    assert.ok(inForce);
    const bytes = (replaces: string) =>
      rotationSigningBytes({
        reader: victim.caller.id,
        replaces,
        recipient,
        signKey: thief.publicKey,
      });
    const request = (replaces: string, by: { sign(bytes: Buffer): Buffer }) => ({
      recipient,
      signKey: thief.publicKey.toString('base64'),
      proof: thief.sign(bytes(replaces)).toString('base64'),
      signature: by.sign(bytes(replaces)).toString('base64'),
    });
    const codeOf = async (path: string, body: object) =>
      json<{ code?: string }>(await edge.post(path, body, options)).code;
    const rotate = '/v1/keys/rotation';
    const own = signer(victim.signSeed);
    const mates = signer(mate.signSeed);
    for (const by of [thief, mates]) {
      const body = request(inForce.fingerprint, by);
      assert.equal(await codeOf(rotate, body), 'SIGNATURE_INVALID');
    }
    // Its own signature, but over another key, as a proof, or in place of a key not in force.
    const good = request(inForce.fingerprint, own);
    const { recipient: other } = generateIdentity();
    for (const body of [
      { ...good, recipient: other },
      { ...good, proof: good.signature },
      request('ab'.repeat(32), own),
    ]) {
      assert.equal(await codeOf(rotate, body), 'SIGNATURE_INVALID');
    }
    const said = { reader: mate.caller.id, what: 'stolen' } as const;
    const forged = thief.sign(reportSigningBytes(said.reader, inForce.fingerprint, said.what));
    const report = { ...said, signature: forged.toString('base64') };
    assert.equal(await codeOf('/v1/keys/reports', report), 'SIGNATURE_INVALID');
    const after = json<{ keys: Key[] }>(await edge.get('/v1/keys', victim.token)).keys;
    assert.ok(after.every(({ next }) => next === null));
    assert.equal((await edge.get('/v1/keys', mate.token)).status, 200, 'its token is alive');

    assert.equal((await edge.post(rotate, good, options)).status, 200);
    await pass(DAY_MS);
    assert.equal(await codeOf(rotate, good), 'SIGNATURE_INVALID', 'once in force it is spent');
  });

  test('reported stolen by a colleague: nothing is served until a day after new ones', async () => {
    const reader = await joined('victim');
    await fetchedBy('victim');
    const word = await words(reader);
    const refused = await at('colleague', 'rotate', '--stolen', reader);
    assert.match(refused.err, /\(SCOPE_MISSING\)/, 'an administrator says so');
    const reported = await at('one', 'rotate', '--stolen', reader, '--json');
    assert.equal(reported.status, 0, reported.err);
    const { invitation } = JSON.parse(reported.out) as { invitation: string };
    for (const verb of ['inbox', 'rotate']) {
      assert.match((await at('victim', verb)).err, /\(UNAUTHENTICATED\)/);
    }
    const again = await at('again', 'join', invitation);
    assert.equal(again.status, 0, again.err);
    assert.match(again.out, new RegExp(`reader ${reader}`));
    assert.match((await fetchedBy('again')).err, /your key: expected one in force/);
    assert.match((await at('again', 'messages', small.alert)).err, /your key: expected one/);
    await pass(DAY_MS - 1_000);
    assert.match((await fetchedBy('again')).err, /your key: expected one in force/);
    await pass(1_000);
    const served = await fetchedBy('again');
    assert.equal(served.status, 0, served.err);
    assert.equal((await at('again', 'messages', small.alert)).status, 0);
    assert.deepEqual(await words(reader), word);
    assert.equal((await at('again', 'ack', served.copy)).status, 0);
    assert.match((await at('third', 'join', invitation)).err, /\(NOT_FOUND\)/, 'it served once');
    // None of another firm's, and not one's own.
    const stranger = await joinReader(house, await admit(house, 'Other', { tier: 'validate' }));
    const own = json<{ reader: string }>(await edge.get('/v1/keys', stranger.token)).reader;
    for (const id of [own, reader]) {
      const signature = signer(stranger.signSeed).sign(
        reportSigningBytes(id, 'ab'.repeat(32), 'lost'),
      );
      const body = { reader: id, what: 'lost', signature: signature.toString('base64') };
      const options = { token: stranger.token };
      assert.equal((await edge.post('/v1/keys/reports', body, options)).status, 404);
    }
  });

  /** As a person of the issuer, by command. */
  const tocsin = async (token: string, ...args: string[]) => {
    const env = { TOCSIN_TOKEN: token, TOCSIN_URL: url };
    const world = quietWorld({ env, cwd: folder, fetch });
    await runTocsin(['participant', ...args], world);
    return { status: world.status(), out: world.stdout(), err: world.stderr() };
  };
  /** One proposes that keys are lost; the code, and how another confirms it. */
  const reportedBy = async (token: string, reader: string) => {
    const said = await tocsin(token, 'report-key', firm, reader, 'lost');
    assert.equal(said.status, 0, said.err);
    const [, change = '', digest = ''] = /approve-change (\S+) --digest (\S+)/.exec(said.err) ?? [];
    const confirm = (by: string) => tocsin(by, 'approve-change', change, '--digest', digest);
    return { code: said.out.trim(), confirm };
  };

  test('reported by the issuer: two persons, and the same reader joins anew', async () => {
    const reader = await joined('alone');
    const { author, approver } = house.tokens;
    const { code, confirm } = await reportedBy(author, reader);
    assert.equal((await fetchedBy('alone')).status, 0, 'one person has shut nothing');
    assert.equal((await confirm(author)).status, 3);
    const second = await confirm(approver);
    assert.equal(second.status, 0, second.err);
    const text = second.out.trim();
    assert.match((await fetchedBy('alone')).err, /\(UNAUTHENTICATED\)/);
    const join = (home: string, ...more: string[]) => at(home, 'join', text, ...more);
    await stand(house, firm, 'suspended');
    assert.match((await join('alone-again', '--code', code)).err, /\(NOT_FOUND\)/);
    await stand(house, firm, 'active');
    const other = await reportedBy(author, reader);
    for (const guess of [[], ['--code', 'a guess'], ['--code', other.code]]) {
      const refused = await join('of-one-half', ...guess);
      assert.match(refused.err, /\(NOT_FOUND\)/, 'who confirmed cannot come instead');
    }
    const forged = { ...parseInvitation(text), invitation: 'invite_guess' };
    const guessed = await at('of-one-half', 'join', encodeInvitation(forged), '--code', code);
    assert.match(guessed.err, /\(NOT_FOUND\)/, 'nor who proposed');
    assert.equal((await join('alone-again', '--code', code)).status, 0);
    assert.match((await fetchedBy('alone-again')).err, /your key: expected one in force/);
    await pass(DAY_MS);
    assert.equal((await fetchedBy('alone-again')).status, 0);
    assert.match((await join('third', '--code', code)).err, /\(NOT_FOUND\)/, 'it served once');
  });

  test('of whose keys were reported nobody of the issuer makes a way in alone', async () => {
    const { programme, tokens } = house;
    const reader = await joined('betrayed');
    const reported = await at('one', 'rotate', '--lost', reader, '--json');
    assert.equal(reported.status, 0, reported.err);
    const { invitation } = JSON.parse(reported.out) as { invitation: string };
    const path = `/v1/programmes/${programme}/participants/${firm}/readers/${reader}`;
    for (const role of ['manager', 'operator'] as const) {
      const { token } = await person(house, `${role} alone`, [role]);
      const asked = await edge.post(`${path}/invitation`, undefined, { token });
      assert.equal(asked.status, 404, asked.body.toString());
      const { confirm } = await reportedBy(token, reader);
      assert.equal((await confirm(token)).status, 3);
    }
    const told = await noticesOf('colleague');
    const handed = await at('betrayed-again', 'join', invitation);
    assert.equal(handed.status, 0, `what the colleague handed over serves: ${handed.err}`);
    assert.equal(await noticesOf('colleague'), told + 1);
    // The issuer's two end what waits, and everybody of the firm is told of that too.
    const { code, confirm } = await reportedBy(tokens.author, reader);
    const confirmed = await confirm(tokens.approver);
    assert.equal(await noticesOf('colleague'), told + 2);
    await pass(DAY_MS);
    assert.match((await at('betrayed-again', 'inbox')).err, /\(UNAUTHENTICATED\)/);
    const again = await at('betrayed-last', 'join', confirmed.out.trim(), '--code', code);
    assert.equal(again.status, 0, again.err);
  });

  test('a wait ends keys, and tells nobody what their reader would join with', async () => {
    const reader = await joined('waits');
    await choose(house, 'member_facts', { form: 'one_then_veto', hours: 1 });
    const { code, confirm } = await reportedBy(house.tokens.author, reader);
    assert.match(code, /^[0-9a-f]{24}$/);
    await pass(HOUR_MS);
    assert.match((await at('waits', 'inbox')).err, /\(UNAUTHENTICATED\)/);
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ hash: Buffer | null }>`select invitation_hash as hash from reader
        where id = ${reader}`.execute(tx),
    );
    assert.deepEqual(rows, [{ hash: null }]);
    assert.equal((await confirm(house.tokens.approver)).status, 5, 'it is decided');
    const once = await reportedBy(house.tokens.author, reader);
    const text = (await once.confirm(house.tokens.approver)).out.trim();
    const back = await at('waits-again', 'join', text, '--code', once.code);
    assert.equal(back.status, 0, back.err);
  });

  test('afterwards the ledger holds', async () => {
    await assertInvariants(house);
  });
});
