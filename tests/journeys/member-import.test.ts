/** Today's members come in from a file, all of them or none, by two persons. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { generateKey } from 'openpgp';
import { run } from '../../src/cli/program.ts';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { type Edge, fetchFrom, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { quietWorld } from '../support/quiet-world.ts';

type Row = {
  rows: number[];
  name: string;
  result: string;
  problems: { column: string; message: string }[];
  after: { tier: string; duty: { status: string }; agreement: object | null } | null;
  contacts: { address: string; fingerprint: string | null }[];
};
type Waiting = { change: string; digest: string };
type Report = { file: string; digest: string; rows: Row[]; proposal: Waiting | null };
type Format = 'csv' | 'openpgp' | 'schleuder';

const HEADER = 'name,addresses,tier,agreement_from,agreement_until';
const FULL = '2025-01-01,2027-01-01';

describe('the members of today are brought in', () => {
  let house: House;
  let edge: Edge;
  let one: string;
  let two: string;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = house.tokens.author;
    two = house.tokens.approver;
  });
  after(() => house.tearDown());

  const ask = (bytes: Buffer | string, format: Format = 'csv', more = ''): Promise<Seen> =>
    edge.post(
      `/v1/programmes/${house.programme}/member-lists${more.includes('dry') ? '/trial' : ''}` +
        `?format=${format}${more.replace('&dry', '')}`,
      Buffer.from(bytes),
      { token: one },
    );
  const report = async (...args: Parameters<typeof ask>): Promise<Report> => {
    const seen = await ask(...args);
    assert.equal(seen.status, 200, seen.body.toString());
    return json<Report>(seen);
  };
  const decide = (proposal: Waiting | null, token = two): Promise<Seen> => {
    assert.ok(proposal, 'expected a proposal');
    const { change, digest } = proposal;
    const body = { decision: 'confirm', digest };
    return edge.post(`/v1/member-changes/${change}/decision`, body, { token });
  };
  const takeIn = async (...args: Parameters<typeof ask>): Promise<Report> => {
    const made = await report(...args);
    assert.equal((await decide(made.proposal)).status, 200, JSON.stringify(made.rows));
    return made;
  };
  const members = async (): Promise<string[]> => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ name: string }>`select name from participant order by name`.execute(tx),
    );
    return rows.map(({ name }) => name);
  };
  const results = ({ rows }: Report) => rows.map(({ result }) => result);
  const refused = (seen: Seen, code: string) =>
    assert.equal(json<{ code: string }>(seen).code, code, seen.body.toString());

  test('one person proposes the file, another admits everybody on it by its digest', async () => {
    const file = `${HEADER}\nAlder,soc@alder.example,ans,${FULL}\nBirch,,entry,,\n`;
    const before = await members();
    const trial = await report(file, 'csv', '&dry');
    assert.equal(trial.file, sha256Hex(Buffer.from(file)));
    const made = await report(file);
    assert.equal(made.digest, trial.digest, 'the second person can compute it from the file');
    assert.equal(made.proposal?.digest, trial.digest);
    assert.deepEqual(results(made), ['admit', 'admit']);
    assert.deepEqual(await members(), before);
    refused(await decide(made.proposal, one), 'SECOND_PERSON');
    assert.deepEqual(await members(), before);
    assert.equal((await decide(made.proposal)).status, 200);
    assert.deepEqual(await members(), [...before, 'Alder', 'Birch'].sort());
    await assertInvariants(house);
  });

  test('what the file does not say is unknown, and shuts', async () => {
    const { rows } = await takeIn('name,tier\nCedar,entry\n');
    assert.deepEqual(rows[0]?.after, {
      tier: 'entry',
      standing: 'active',
      duty: { status: 'unknown' },
      agreement: null,
      consentMode: 'per_alert',
      profile: { roles: [], products: [], criteria: {}, addenda: [], maxEmbargoMs: null },
    });
  });

  test('the same file again changes nothing and says so; another row is proposed', async () => {
    const file = `${HEADER}\nDogwood,soc@dogwood.example,ans,${FULL}\nElm,,entry,,\n`;
    await takeIn(file);
    const again = await report(file);
    assert.deepEqual([results(again), again.proposal], [['same', 'same'], null]);
    const other = file.replace('Elm,,entry', 'Elm,cert@elm.example,ans');
    const changed = await report(other);
    assert.deepEqual(results(changed), ['same', 'change']);
    assert.deepEqual(
      results(await report(other)),
      ['same', 'change'],
      'not before it is confirmed',
    );
    assert.equal((await decide(changed.proposal)).status, 200);
    assert.deepEqual(results(await report(other)), ['same', 'same']);
    const silent = await report('name\nElm\nDogwood\n');
    assert.deepEqual(results(silent), ['same', 'same'], 'what is not said stays as it is');
  });

  test('one row at fault, and nothing is imported; it is named with its column', async () => {
    const before = await members();
    const shifted = `${HEADER}\nFir,soc@fir.example,ans,${FULL}\nsoc@gum.example,ans,${FULL},\n`;
    const made = await report(shifted);
    assert.equal(made.proposal, null);
    assert.deepEqual(results(made), ['admit', 'refused']);
    assert.deepEqual(made.rows[1]?.rows, [3]);
    assert.ok(made.rows[1]?.problems.some(({ column }) => column === 'name'));
    const gold = await report(`${HEADER}\nFir,,gold,,\n`);
    assert.deepEqual(gold.rows[0]?.problems[0]?.column, 'tier');
    assert.match(gold.rows[0]?.problems[0]?.message ?? '', /expected one of validate, ans, entry/);
    assert.deepEqual((await report('name\nFir\n')).rows[0]?.problems[0]?.column, 'tier');
    assert.deepEqual(results(await report('name\nFir\n', 'csv', '&tier=entry')), ['admit']);
    assert.deepEqual(await members(), before);
  });

  test('one organisation in two rows, and two under one domain', async () => {
    const twice = await report(`${HEADER}\nHazel,,ans,,\nHazel,,ans,,\n`);
    assert.match(twice.rows[1]?.problems[0]?.message ?? '', /that of row 2/);
    const domain = `Ivy,a@ivy.example,ans,,\nJuniper,b@ivy.example,ans,,\n`;
    const shared = await report(`${HEADER}\n${domain}`);
    assert.match(shared.rows[1]?.problems[0]?.message ?? '', /the domain of row 2/);
    await takeIn(`${HEADER}\nIvy,a@ivy.example,ans,,\n`);
    const later = await report(`${HEADER}\nJuniper,b@ivy.example,ans,,\n`);
    assert.match(later.rows[0]?.problems[0]?.message ?? '', /the domain of another participant/);
  });

  test('what was learnt between proposal and decision undoes all of the import', async () => {
    const file = 'name,tier\nKapok,entry\nLarch,entry\n';
    const made = await report(file);
    await admit(house, 'Larch');
    refused(await decide(made.proposal), 'CONFLICT');
    assert.ok(!(await members()).includes('Kapok'), 'not the half of it');
  });

  test('a keyring: organisations by domain, keys noted and nobody enrolled', async () => {
    const date = new Date(house.clock.now() - 86_400_000);
    const make = (email: string) =>
      generateKey({ type: 'ecc', userIDs: [{ email }], date, format: 'object' });
    const keys = await Promise.all(
      ['soc@maple.example', 'psirt@maple.example', 'cert@nutmeg.example'].map(make),
    );
    const ring = Buffer.concat(keys.map(({ publicKey }) => publicKey.write()));
    const made = await takeIn(ring, 'openpgp', '&tier=entry');
    assert.deepEqual(
      made.rows.map(({ rows, name, contacts }) => [rows, name, contacts.length]),
      [
        [[1, 2], 'maple.example', 2],
        [[3], 'nutmeg.example', 1],
      ],
    );
    const key = keys[2]?.publicKey.getFingerprint().toUpperCase();
    assert.equal(made.rows[1]?.contacts[0]?.fingerprint, key);
    assert.deepEqual(results(await report(ring, 'openpgp')), ['same', 'same']);
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from reader`.execute(tx),
    );
    assert.equal(rows[0]?.n, 0);
  });

  test('a Schleuder list finds who came in by another file', async () => {
    await takeIn(`${HEADER}\nOlive Works,soc@olive.example,ans,${FULL}\n`);
    const list = `psirt@olive.example\t${'AB'.repeat(20)}\t\t\ncert@palm.example\tN/A\t\t\n`;
    const made = await takeIn(list, 'schleuder', '&tier=entry');
    assert.deepEqual(
      made.rows.map(({ name, result, contacts }) => [name, result, contacts.length]),
      [
        ['Olive Works', 'change', 2],
        ['palm.example', 'admit', 1],
      ],
    );
    assert.equal(made.rows[0]?.after?.tier, 'ans');
  });

  test('addresses are nobody’s to read in the database', async () => {
    await takeIn(`${HEADER}\nQuince,secret-desk@quince.example,ans,,\n`);
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ all: string }>`select encode(contacts_enc, 'escape') as all from member_contacts
        union all select encode(change_enc, 'escape') from member_change
        union all select coalesce(issuer_body, '') from event`.execute(tx),
    );
    assert.ok(rows.every(({ all }) => !all.includes('secret-desk')));
  });

  test('50 MB, NUL bytes, Latin-1 and another file are refused; BOM and CRLF are not', async () => {
    const large = await ask(Buffer.alloc(50_000_000, 0x41));
    assert.equal(large.status, 413);
    refused(await ask(Buffer.from('name,tier\nA\0,entry\n')), 'INVALID_INPUT');
    refused(await ask(Buffer.from('name,tier\nM\xfcller,entry\n', 'latin1')), 'INVALID_INPUT');
    refused(await ask('name,tier\n', 'openpgp'), 'INVALID_INPUT');
    const wide = await report('\ufeffname,tier\r\nRowan,entry\r\n', 'csv', '&dry');
    assert.deepEqual([results(wide), wide.rows[0]?.name], [['admit'], 'Rowan']);
  });

  test('the command tells it row by row, and what the next person does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-import-'));
    try {
      const tocsin = async (token: string, ...args: string[]) => {
        const env = { TOCSIN_TOKEN: token };
        const world = quietWorld({ env, cwd: folder, fetch: fetchFrom(edge) });
        await run(['participant', ...args], world);
        return { status: world.status(), out: world.stdout(), err: world.stderr() };
      };
      await writeFile(join(folder, 'list.csv'), `${HEADER}\nSpruce,,entry,,\nTeak,,gold,,\n`);
      const bad = await tocsin(one, 'import', 'list.csv', '--dry-run');
      assert.equal(bad.status, 1);
      assert.match(bad.out, /3 +Teak +refused +0 +column tier: .*expected one of validate/);
      assert.match(bad.err, /Nothing is imported: 1 row is at fault/);
      await writeFile(join(folder, 'list.csv'), `${HEADER}\nSpruce,,entry,,\nTeak,,ans,,\n`);
      const made = await tocsin(one, 'import', 'list.csv');
      assert.match(made.out, /admit 2, change 0, same 0, refused 0/);
      const [, change = '', digest = ''] =
        /approve-change (\S+) --digest ([0-9a-f]{64})/.exec(made.err) ?? [];
      const shown = await tocsin(two, 'show-change', change);
      assert.match(shown.out, /2 +Spruce +admit/);
      assert.ok(shown.out.endsWith(`Digest  ${digest}\n`));
      const alone = await tocsin(one, 'approve-change', change, '--digest', digest);
      assert.match(alone.err, /SECOND_PERSON/);
      const done = await tocsin(two, 'approve-change', change, '--digest', digest);
      assert.equal(done.status, 0, done.err);
      const again = await tocsin(one, 'import', 'list.csv');
      assert.match(again.err, /Nothing is new: nothing is changed/);
      await truncate(join(folder, 'list.csv'), 50_000_000);
      assert.match((await tocsin(one, 'import', 'list.csv')).err, /LIMIT_EXCEEDED/);
      assert.match((await tocsin(one, 'import', 'list.txt')).err, /--format: expected one of csv/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
