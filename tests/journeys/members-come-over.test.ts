/** A programme of today moves in: a file, links, and a list of what is still missing. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run } from '../../src/cli/program.ts';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import { parseInvitation } from '../../src/formats/invitation.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, fetchFrom, json, openEdge } from '../support/edge.ts';
import { type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { smallAlert } from '../support/small-alert.ts';

const MEMBERS = 100;
const JOINED = 90;
/** Of these the file says all that the policy asks for. */
const SHOWN = 20;

type Link = { participant: string; name: string; invitation: string };
type Gaps = {
  name: string;
  gaps: { fact: string; before: string[]; after: string[] }[];
  readers: { joined: number };
};

const PUBLIC_URL = 'https://warnings.invalid';

describe('100 members come over, 90 of them by their links', () => {
  let house: House;
  let edge: Edge;
  let folder: string;
  let links: Link[] = [];
  const tokens = new Map<string, string>();

  before(async () => {
    house = await openHouse({ env: { TOCSIN_PUBLIC_URL: PUBLIC_URL } });
    edge = openEdge(house);
    folder = await mkdtemp(join(tmpdir(), 'tocsin-over-'));
  });
  after(async () => {
    await house.tearDown();
    await rm(folder, { recursive: true, force: true });
  });

  const tocsin = async (token: string, ...args: string[]) => {
    const env = { TOCSIN_TOKEN: token };
    const world = quietWorld({ env, cwd: folder, fetch: fetchFrom(edge) });
    await run(['participant', ...args], world);
    assert.equal(world.status(), 0, world.stderr());
    return { out: world.stdout(), err: world.stderr() };
  };
  const items = async <T>(...args: string[]): Promise<T[]> =>
    (JSON.parse((await tocsin(house.tokens.author, ...args, '--json')).out) as { items: T[] })
      .items;

  test('the file is proposed by one person and taken in by another', async () => {
    const rows = Array.from({ length: MEMBERS }, (_, i) => {
      const name = `Member ${String(i).padStart(3, '0')}`;
      const known = i < SHOWN;
      const facts = known ? '2025-01-01,2027-01-01,standing,none,attested,2027-01-01' : ',,,,,';
      return `${name},psirt@m${i}.example,validate,${facts}`;
    });
    const header =
      'name,addresses,tier,agreement_from,agreement_until,consent,duty,duty_provenance,duty_until';
    await writeFile(join(folder, 'members.csv'), [header, ...rows, ''].join('\r\n'));
    const made = await tocsin(house.tokens.author, 'import', 'members.csv');
    assert.match(made.out, /admit 100, change 0, same 0, refused 0/);
    const [, change = '', digest = ''] = /approve-change (\S+) --digest (\S+)/.exec(made.err) ?? [];
    await tocsin(house.tokens.approver, 'approve-change', change, '--digest', digest);
    assert.equal((await items('list')).length, MEMBERS);
  });

  test('a link each, once: a second run invites nobody again', async () => {
    const invite = ['invite', '--all', '--label', 'first reader'];
    links = await items<Link>(...invite);
    const urls = new Set(links.map(({ invitation }) => parseInvitation(invitation).url));
    assert.deepEqual([...urls], [PUBLIC_URL], 'where the server was told that it is reached');
    assert.equal(links.length, MEMBERS);
    assert.equal(new Set(links.map(({ invitation }) => invitation)).size, MEMBERS);
    assert.equal((await items(...invite)).length, 0);
  });

  test('90 join by them, over the API alone', async () => {
    for (const { name, invitation: word } of links.slice(0, JOINED)) {
      const { invitation } = parseInvitation(word);
      const { recipient } = generateIdentity();
      const { secret, publicKey } = generateSigningKey();
      const signed = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
      const keys = {
        signKey: publicKey.toString('base64'),
        proof: signer(secret).sign(signed).toString('base64'),
      };
      const body = { invitation, recipient, ...keys };
      const joined = await edge.post('/v1/join', body, { key: null });
      assert.equal(joined.status, 201, joined.body.toString());
      tokens.set(name, json<{ token: string }>(joined).token);
    }
  });

  test('the list of gaps says of each what is missing, and what it costs', async () => {
    const gaps = await items<Gaps>('gaps');
    assert.equal(gaps.length, MEMBERS);
    const lacking = (fact: string) =>
      gaps.filter((one) => one.gaps.some((gap) => gap.fact === fact)).length;
    assert.equal(lacking('duty'), MEMBERS - SHOWN);
    assert.equal(lacking('agreement'), MEMBERS - SHOWN);
    assert.equal(gaps.filter(({ readers }) => readers.joined === 0).length, MEMBERS - JOINED);
    const { out, err } = await tocsin(house.tokens.author, 'gaps');
    assert.match(out, /Member 099 +duty unknown +everything +advisory, repro_steps, /);
    assert.match(out, /Member 099 +agreement unknown +everything +everything\n/);
    assert.equal(out.match(/reader, invited and not joined/g)?.length, MEMBERS - JOINED);
    const joined = gaps.filter((one) => one.gaps.length === 0 && one.readers.joined > 0).length;
    assert.match(err, new RegExp(`Of 100 participants, ${joined} lack nothing`));
  });

  test('who lacks nothing is served in the first wave, who lacks something is not', async () => {
    const { alert, artifact, firstWave } = await smallAlert(house);
    house.clock.set(firstWave);
    await releaseDue(house.context, house.clock.now());
    const gaps = new Map((await items<Gaps>('gaps')).map((one) => [one.name, one.gaps.length]));
    const url = `/v1/inbox/${alert}/artifacts/${artifact}/copy`;
    let served = 0;
    for (const [name, token] of tokens) {
      const { status } = await edge.get(url, token);
      assert.equal(status, gaps.get(name) === 0 ? 200 : 404, name);
      if (status === 200) served += 1;
    }
    assert.ok(served > 0 && served < JOINED, `${served}`);
    await assertInvariants(house);
  });
});
