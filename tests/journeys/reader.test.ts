import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { generateKey } from 'openpgp';
import { gpg } from '../../src/cli/reader/gpg.ts';
import { run } from '../../src/cli/reader/run.ts';
import { parseHeader } from '../../src/crypto/age/header.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { openpgpRecipient } from '../../src/crypto/openpgp/recipient.ts';
import { randomBytes } from '../../src/crypto/random.ts';
import { signer } from '../../src/crypto/sign.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { formatInstant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { encodeInvitation } from '../../src/formats/invitation.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import type { OpenpgpTool } from '../../src/participant/openpgp-tool.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { issuerKeys } from '../../src/programme/ledger/issuer-keys.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, openEdge } from '../support/edge.ts';
import { NO_GPG, openKeyring } from '../support/gnupg.ts';
import { admit, type House, openHouse, stand } from '../support/house.ts';
import { openpgpSignature } from '../support/openpgp-signature.ts';
import { smallAlert } from '../support/small-alert.ts';

/** `tocsin-reader` against a whole Tocsin, over HTTP. */
describe('a reader at a real server', () => {
  let house: House;
  let edge: Edge;
  let url: string;
  let folder: string;
  let participant: ParticipantId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    url = await edge.app.listen({ host: '127.0.0.1', port: 0 });
    folder = await mkdtemp(join(tmpdir(), 'tocsin-reader-'));
    participant = await admit(house, 'Firm', { tier: 'validate' });
  });
  after(async () => {
    await edge.app.close();
    await house.tearDown();
    await rm(folder, { recursive: true });
  });

  async function invitation(of: ParticipantId = participant): Promise<string> {
    const { context, programme, clock } = house;
    const invited = await inviteReader(context, 'system', programme, of, 'desk', clock.now());
    return encodeInvitation({ url, invitation: invited.invitation, keys: issuerKeys(context) });
  }

  /** One command at the desk of the reader who lives in `home`. */
  async function at(home: string, ...args: string[]) {
    return seated(gpg(), home, ...args);
  }

  /** The same with this OpenPGP program. */
  async function seated(openpgp: OpenpgpTool, home: string, ...args: string[]) {
    const said = { out: '', err: '' };
    const status = await run(args, {
      home: join(folder, home),
      fetch,
      openpgp,
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

  async function later(minutes: number): Promise<void> {
    house.clock.set(plus(house.clock.now(), minutes * MINUTE_MS));
  }

  async function tick(): Promise<void> {
    await runTick(house.context, house.clock.now());
  }

  const released = async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    return small;
  };

  test('joins, sees, fetches, opens, verifies, acknowledges', async () => {
    const joined = await at('one', 'join', await invitation());
    assert.equal(joined.status, 0, joined.err);
    assert.equal((await at('one', 'inbox')).out, 'nothing is open to you now\n');
    const { alert, artifact } = await released();
    assert.match((await at('one', 'inbox')).out, new RegExp(`${alert} {2}Small\n[^]*${artifact}`));

    const noticed = await at('one', 'notices');
    const [notice = ''] = noticed.out.split(' ');
    assert.match(noticed.out, / something waits: see inbox\n$/);
    assert.equal((await at('one', 'ack', '--notice', notice)).status, 0);
    assert.equal((await at('one', 'ack', '--notice', notice)).status, 0, 'said again, the same');
    assert.match((await at('one', 'ack', '--notice', alert)).err, /\(NOT_FOUND\)/);

    const into = join(folder, 'in');
    const fetched = await at('one', 'fetch', alert, '--out', into);
    assert.equal(fetched.status, 0, fetched.err);
    const copy = join(into, 'advisory.txt.age');
    const opened = await at('one', 'open', copy, '--out', '-');
    assert.match(opened.out, /^Apply the update (in order to|to) be safe, and (begin|start) today/);

    assert.equal((await at('one', 'verify', copy)).status, 3);
    await later(1);
    await tick();
    await later(2);
    const verified = await at('one', 'verify', copy);
    assert.equal(verified.status, 0, verified.out + verified.err);
    for (let n = 0; n < 3; n++) await tick();
    assert.match((await at('one', 'log')).out, /^4 ticks, extends the 1 seen\n$/);
    assert.equal((await at('one', 'verify', copy)).status, 0);

    assert.equal((await at('one', 'ack', copy)).status, 0);
    assert.equal((await at('one', 'ack', copy)).status, 0, 'given again, it changes nothing');
  });

  test('is asked to keep an embargo, and has the alert once it has accepted', async () => {
    const asked = await admit(house, 'Asked', { tier: 'validate', consentMode: 'per_alert' });
    assert.equal((await at('asked', 'join', await invitation(asked))).status, 0);
    assert.equal((await at('asked', 'invitations')).out, 'no embargo asks for your answer\n');
    const { alert, disclosureAt } = await released();
    const { context, author, clock } = house;
    const request = { alert, deadline: null, participant: asked };
    const { deadline } = await inviteToEmbargo(context, author, request, clock.now());
    const { out } = await at('asked', 'invitations');
    const [id = ''] = out.split(' ');
    assert.match(out, new RegExp(`until ${formatInstant(disclosureAt)}`));
    assert.match(out, new RegExp(`by ${formatInstant(deadline)}`));
    assert.equal((await at('asked', 'inbox')).out, 'nothing is open to you now\n');
    assert.match((await at('asked', 'answer', alert, 'accept')).err, /\(NOT_FOUND\)/);
    assert.equal((await at('asked', 'answer', id, 'accept')).status, 0);
    assert.equal((await at('asked', 'answer', id, 'accept')).status, 0, 'sent again, counts once');
    assert.match((await at('asked', 'answer', id, 'decline')).err, /\(NOT_FOUND\)/);
    assert.match((await at('asked', 'inbox')).out, new RegExp(alert));
  });

  test('joins with a hybrid key: its copies are sealed to that, and to nothing else', async () => {
    assert.equal((await at('hybrid', 'join', '--hybrid', await invitation())).status, 0);
    const own = await readFile(join(folder, 'hybrid', 'identity.txt'), 'utf8');
    assert.match(own, /^# public key: age1pq1[a-z0-9]+\nAGE-SECRET-KEY-PQ-1/);
    const { alert } = await released();
    const into = join(folder, 'of-hybrid');
    assert.equal((await at('hybrid', 'fetch', alert, '--out', into)).status, 0);
    const copy = join(into, 'advisory.txt.age');
    const { stanzas } = parseHeader(await readFile(copy));
    assert.deepEqual(
      stanzas.map(({ args: [type] }) => type),
      ['mlkem768x25519'],
    );
    assert.equal((await at('hybrid', 'verify', copy)).status, 3, 'all holds, its tick is to come');
    assert.equal((await at('hybrid', 'ack', copy)).status, 0);
  });

  test('joins with its own OpenPGP key, which gpg keeps', { skip: NO_GPG }, async (t) => {
    const keyring = openKeyring('2025-06-01T12:00:00Z');
    t.after(() => keyring.remove());
    const fingerprint = keyring.make('Desk <desk@firm.example>', 'ed25519', 'sign,cert', '2y');
    keyring.run(['--quick-add-key', fingerprint, 'cv25519', 'encr']);
    const own = (...args: string[]) => seated(gpg(keyring.args), 'openpgp', ...args);
    const joined = await own('join', '--openpgp', fingerprint, await invitation());
    assert.equal(joined.status, 0, joined.err);
    assert.match(joined.out, new RegExp(`without OpenPGP key ${fingerprint} no copy`));
    const { alert } = await released();
    const into = join(folder, 'of-openpgp');
    const fetched = await own('fetch', alert, '--out', into);
    assert.equal(fetched.status, 0, fetched.err);
    const copy = join(into, 'advisory.txt.gpg');
    const sealed = await readFile(copy);
    const { content } = unpackCopy(keyring.run(['--decrypt'], sealed));
    assert.match(Buffer.from(content).toString(), /^Apply the update /);
    assert.equal((await own('verify', copy)).status, 3, 'all holds, its tick is to come');
    assert.equal((await own('ack', copy)).status, 0);
    sealed.writeUInt8(sealed.readUInt8(2_000) ^ 1, 2_000);
    await writeFile(join(into, 'altered.gpg'), sealed);
    assert.match((await own('open', join(into, 'altered.gpg'))).err, /\(SEAL_TAMPERED\)/);
    assert.match((await at('one', 'open', copy)).err, /\(SEAL_NO_MATCH\)/);
    assert.deepEqual((await readdir(into)).sort(), [
      'advisory.txt.gpg',
      'advisory.txt.gpg.json',
      'altered.gpg',
    ]);
  });

  test('an OpenPGP key without its signature does not join, nor one that has ended', async () => {
    const request = async (ends: number | undefined, sign: boolean) => {
      const { privateKey, publicKey } = await generateKey({
        type: 'ecc',
        userIDs: [{ name: 'Desk' }],
        date: new Date('2025-06-01T00:00:00Z'),
        ...(ends === undefined ? {} : { keyExpirationTime: ends }),
        format: 'object',
      });
      const { text: recipient } = openpgpRecipient(publicKey.write());
      const { context, programme, clock } = house;
      const seat = [context, 'system', programme, participant, 'desk', clock.now()] as const;
      const { invitation: secret } = await inviteReader(...seat);
      const own = signer(randomBytes(32));
      const signed = joinSigningBytes(sha256(Buffer.from(secret)), recipient);
      const at = new Date('2025-06-01T00:00:01Z');
      const signature = await openpgpSignature(privateKey, signed, at);
      return edge.post('/v1/join', {
        invitation: secret,
        recipient,
        signKey: own.publicKey.toString('base64'),
        proof: own.sign(signed).toString('base64'),
        ...(sign ? { openpgpProof: signature.toString('base64') } : {}),
      });
    };
    assert.equal((await request(undefined, true)).status, 201);
    assert.match((await request(undefined, false)).body.toString(), /SIGNATURE_INVALID/);
    assert.match((await request(86_400, true)).body.toString(), /KEY_INVALID.*expired 2025-06-02/);
  });

  test('an invitation serves once, and a home is one reader', async () => {
    const once = await invitation();
    assert.equal((await at('two', 'join', once)).status, 0);
    assert.match((await at('three', 'join', once)).err, /\(NOT_FOUND\)/);
    assert.match((await at('two', 'join', await invitation())).err, /\(CONFLICT\)/);
    assert.equal((await at('three', 'join', await invitation())).status, 0);
  });

  test("another's copy does not open, and a copy handed on is not acknowledged", async () => {
    const { alert } = await released();
    const into = join(folder, 'of-two');
    assert.equal((await at('two', 'fetch', alert, '--out', into)).status, 0);
    const copy = join(into, 'advisory.txt.age');
    for (const verb of ['open', 'verify', 'ack']) {
      const refused = await at('three', verb, copy);
      assert.equal(refused.status, 1);
      assert.match(refused.out + refused.err, /sealed|identit/i);
    }
  });

  test('without a tick by the promised time the promise is broken, and stays so', async () => {
    const { alert } = await released();
    const into = join(folder, 'late');
    await at('two', 'fetch', alert, '--out', into);
    const copy = join(into, 'advisory.txt.age');
    await later(3);
    const broken = await at('two', 'verify', copy);
    assert.equal(broken.status, 4, broken.out + broken.err);
    await tick();
    const late = await at('two', 'verify', copy);
    assert.equal(late.status, 4, 'a late tick does not keep it');
    const [delivery] = (await readdir(join(folder, 'two', 'evidence'))).filter((name) =>
      late.out.includes(name),
    );
    const kept = await readdir(join(folder, 'two', 'evidence', delivery ?? ''));
    assert.ok(kept.includes('promise.json') && kept.includes('copy.age'));
  });

  test('a suspended reader is told nothing, and what it has still opens', async () => {
    const { alert } = await released();
    const into = join(folder, 'before');
    assert.equal((await at('one', 'fetch', alert, '--out', into)).status, 0);
    const { context, approver, programme, clock } = house;
    const change = { to: 'suspended', reason: 'breach_suspected' } as const;
    await changeStanding(context, approver, programme, participant, change, clock.now());
    const refused = await at('one', 'fetch', alert, '--out', join(folder, 'after'));
    assert.equal(refused.status, 1);
    assert.match(refused.err, /\(NOT_FOUND\)/);
    assert.equal((await at('one', 'inbox')).out, 'nothing is open to you now\n');
    assert.equal((await at('one', 'open', join(into, 'advisory.txt.age'), '--out', '-')).status, 0);
    await stand(house, participant, 'active');
  });

  test('another issuer behind the same address is refused before anything is sent', async () => {
    const forged = encodeInvitation({
      url,
      invitation: 'invite_x',
      keys: { ...issuerKeys(house.context), manifestKey: 'ab'.repeat(32) },
    });
    assert.match((await at('four', 'join', forged)).err, /\(KEY_WRONG\)/);
    await assert.rejects(readdir(join(folder, 'four')));
  });

  test('the bundle does the same as a process of its own', async () => {
    const script = join(folder, 'tocsin-reader.mjs');
    await writeFile(script, await bundle());
    const reader = async (stdin: string, ...args: string[]) => {
      const child = spawn(process.execPath, [script, ...args], { env: { HOME: folder } });
      child.stdin.end(stdin);
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { status: await ended, out, err };
    };
    const { alert } = await released();
    const joined = await reader(await invitation(), 'join');
    assert.equal(joined.status, 0, joined.err);
    const into = join(folder, 'by-bundle');
    assert.equal((await reader('', 'fetch', alert, '--out', into)).status, 0);
    await tick();
    const copy = join(into, 'advisory.txt.age');
    const verified = await reader('', 'verify', copy);
    assert.equal(verified.status, 0, verified.out + verified.err);
    const opened = await reader('', 'open', copy, '--out', join(into, 'advisory.txt'));
    assert.equal(opened.status, 0, opened.err);
    assert.match(await readFile(join(into, 'advisory.txt'), 'utf8'), /^Apply the update /);
    assert.equal((await reader('', 'ack', copy)).status, 0);
  });
});

/** As scripts/build-reader.mjs makes it, but for the comments. */
async function bundle(): Promise<Uint8Array> {
  const entry = join(import.meta.dirname, '../../src/cli/tocsin-reader.ts');
  const options = { bundle: true, platform: 'node', format: 'esm', target: 'node22' } as const;
  const built = await build({ entryPoints: [entry], write: false, ...options });
  const [output] = built.outputFiles;
  assert.ok(output);
  return output.contents;
}
