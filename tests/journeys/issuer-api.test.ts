import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import { formatInstant, plus } from '../../src/domain/instant.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { BEFORE, type House, openHouse, person, readPack, T0 } from '../support/house.ts';

const TESTDATA = join(import.meta.dirname, '../../testdata');

const ENROLMENT = {
  tier: 'validate',
  standing: 'active',
  duty: {
    status: 'stated',
    duties: [],
    provenance: 'attested',
    expiresAt: '2027-01-01T00:00:00Z',
  },
  agreement: { signedAt: '2025-01-01T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z' },
  consentMode: 'standing',
};

const DRAFT = {
  title: 'By the API',
  disclosureAt: formatInstant(T0),
  tlp: 'AMBER',
  usePermissions: ['read', 'test'],
};

const ARTIFACT = {
  kind: 'advisory',
  variant: 'full',
  format: 'text',
  marking: 'full',
  name: 'advisory.txt',
  content: Buffer.from('Apply it in order to be safe, and begin today.\n').toString('base64'),
  sidecar: 'alternates:\n  - { text: "in order to", other: "to", family: phrase }\n',
  reducedBy: null,
  sourcePublishedAt: null,
};

type Problem = { status: number; code: string; field?: string; detail: string };

function problem(seen: Seen): Problem {
  assert.match(String(seen.headers['content-type']), /^application\/problem\+json/);
  return json<Problem>(seen);
}

describe("the issuer's part of the API", () => {
  let house: House;
  let edge: Edge;
  let programme: string;
  let author: { token: string };
  let approver: { token: string };

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    programme = `/v1/programmes/${house.programme}`;
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
  });
  after(() => house.tearDown());

  async function newAlert(): Promise<string> {
    const drafted = await edge.post(`${programme}/alerts`, DRAFT, author);
    assert.equal(drafted.status, 201);
    return `/v1/alerts/${json<{ alert: string }>(drafted).alert}`;
  }

  test('one alert, from the draft to a copy, over the API alone', async () => {
    const admitted = await edge.post(
      `${programme}/participants`,
      { name: 'Firm by API', enrolment: ENROLMENT },
      author,
    );
    const { participant, proposal } = json<{
      participant: string;
      proposal: { change: string; digest: string };
    }>(admitted);
    const decision = { decision: 'confirm', digest: proposal.digest };
    const path = `/v1/member-changes/${proposal.change}/decision`;
    assert.equal((await edge.post(path, decision, approver)).status, 200);
    const seat = await edge.post(
      `${programme}/participants/${participant}/readers`,
      { label: 'soc' },
      author,
    );
    const { invitation, issuer } = json<{ invitation: string; issuer: object }>(seat);
    const {
      readerBundleSha256: _,
      url,
      ...pinned
    } = json<Record<string, unknown>>(await edge.get('/v1/issuer'));
    assert.deepEqual([issuer, url], [pinned, null]);
    const { recipient } = generateIdentity();
    const { secret, publicKey } = generateSigningKey();
    const proof = signer(secret).sign(joinSigningBytes(sha256(Buffer.from(invitation)), recipient));
    const keys = { signKey: publicKey.toString('base64'), proof: proof.toString('base64') };
    const joined = await edge.post('/v1/join', { invitation, recipient, ...keys }, { key: null });
    assert.equal(joined.status, 201);
    const reader = json<{ token: string }>(joined).token;
    const again = await edge.post('/v1/join', { invitation, recipient, ...keys }, { key: null });
    assert.equal(problem(again).code, 'NOT_FOUND');

    const alert = await newAlert();
    const added = await edge.post(`${alert}/artifacts`, ARTIFACT, author);
    assert.equal(added.status, 201);
    const { artifact, slots } = json<{ artifact: string; slots: number }>(added);
    assert.equal(slots, 1);
    const { digest } = json<{ digest: string }>(await edge.get(`${alert}/plan`, author.token));
    const approved = await edge.post(`${alert}/approval`, { plan: digest }, approver);
    assert.equal(approved.status, 200);
    const { waves } = json<{ waves: string[] }>(approved);
    assert.equal(waves.at(-1), DRAFT.disclosureAt);
    house.clock.set(plus(T0, -13 * 86_400_000));
    await releaseDue(house.context, house.clock.now());
    const id = alert.split('/').at(-1);
    const copy = await edge.get(`/v1/inbox/${id}/artifacts/${artifact}/copy`, reader);
    assert.equal(copy.status, 200);
    const status = await edge.get(alert, approver.token);
    const seen = json<{ state: string; copies: number; waves: { state: string }[] }>(status);
    assert.equal(seen.state, 'approved');
    assert.equal(seen.copies, 1);
    assert.equal(seen.waves[0]?.state, 'done');
    const held = await edge.get(`${alert}/exposure?before=${DRAFT.disclosureAt}`, author.token);
    assert.equal(json<{ held: object[] }>(held).held.length, 1);
    house.clock.set(BEFORE);
  });

  test('a repeat with the same key is answered the same, and done once', async () => {
    const options = { ...author, key: 'one-and-the-same' };
    const first = await edge.post(`${programme}/alerts`, DRAFT, options);
    assert.deepEqual(await edge.post(`${programme}/alerts`, DRAFT, options), first);
    const other = await edge.post(`${programme}/alerts`, { ...DRAFT, title: 'Other' }, options);
    assert.equal(problem(other).code, 'IDEMPOTENCY_REUSED');
    // Another person's key of the same text is another key.
    const body = { name: 'Firm once', enrolment: ENROLMENT };
    const theirs = { ...approver, key: 'one-and-the-same' };
    assert.equal((await edge.post(`${programme}/participants`, body, theirs)).status, 201);
  });

  test('every POST of a person needs a key', async () => {
    for (const key of [null, 'short', 'with a blank']) {
      const seen = await edge.post(`${programme}/alerts`, DRAFT, { ...author, key });
      assert.equal(problem(seen).field, 'Idempotency-Key');
    }
  });

  test('a change is bound to the version that was seen', async () => {
    const alert = await newAlert();
    const body = { disclosureAt: '2025-07-09T17:00:00Z' };
    const move = (ifMatch?: string) =>
      edge.post(`${alert}/disclosure`, body, { ...author, ...(ifMatch ? { ifMatch } : {}) });
    assert.equal(problem(await move()).field, 'if-match');
    assert.equal(problem(await move('*')).field, 'If-Match');
    const { headers } = await edge.get(alert, author.token);
    assert.equal(headers['etag'], '"1"');
    assert.deepEqual(json(await move('"1"')), { version: 2 });
    const stale = problem(await move('"1"'));
    assert.equal(stale.status, 412);
    assert.equal(stale.detail, 'version: expected 2, the current one, found 1');
    const late = await edge.post(`${alert}/artifacts`, ARTIFACT, { ...author, ifMatch: '"1"' });
    assert.equal(late.status, 412);
  });

  test('a change after it was shown voids a plan, and its author cannot approve it', async () => {
    const alert = await newAlert();
    await edge.post(`${alert}/artifacts`, ARTIFACT, author);
    const plan = json<{ digest: string }>(await edge.get(`${alert}/plan`, approver.token)).digest;
    const both = await person(house, 'Both', ['author', 'approver']);
    const own = `/v1/alerts/${
      json<{ alert: string }>(await edge.post(`${programme}/alerts`, DRAFT, { token: both.token }))
        .alert
    }`;
    const digest = json<{ digest: string }>(await edge.get(`${own}/plan`, both.token)).digest;
    const self = await edge.post(`${own}/approval`, { plan: digest }, { token: both.token });
    assert.equal(problem(self).code, 'SECOND_PERSON');
    await edge.post(`${alert}/artifacts`, { ...ARTIFACT, name: 'second.txt' }, author);
    const voided = await edge.post(`${alert}/approval`, { plan }, approver);
    assert.equal(problem(voided).code, 'APPROVAL_VOID');
  });

  test("a token's scopes and kind bound what it reaches; the rest is not even parsed", async () => {
    const operator = await person(house, 'Operator', ['operator', 'manager']);
    const forbidden: [string, unknown][] = [
      [`${programme}/alerts`, DRAFT],
      ['/v1/receipts', { malformed: true }],
      [`${programme}/sightings`, Buffer.from('sample')],
    ];
    for (const [url, body] of forbidden) {
      const seen = await edge.post(url, body, { token: operator.token });
      assert.equal(problem(seen).code, 'SCOPE_MISSING');
    }
    assert.equal((await edge.get('/v1/inbox', operator.token)).status, 403);
    assert.equal((await edge.get('/v1/programmes', 'tocsin_unknown')).status, 401);
    assert.equal((await edge.get('/v1/programmes', operator.token)).status, 200);
  });

  test('bad input is named by its field, and nothing is written', async () => {
    const alert = await newAlert();
    const cases: [string, unknown, string][] = [
      [`${programme}/alerts`, { ...DRAFT, tpl: 'RED' }, 'tpl'],
      [`${programme}/alerts`, { ...DRAFT, disclosureAt: 'soon' }, 'disclosureAt'],
      [`${programme}/alerts`, { ...DRAFT, disclosureAt: '2020-01-01T00:00:00Z' }, 'disclosureAt'],
      [`${alert}/artifacts`, { ...ARTIFACT, content: 'not base64!' }, 'content'],
      [`${alert}/artifacts`, { ...ARTIFACT, content: '' }, 'content'],
      [`${alert}/artifacts`, { ...ARTIFACT, name: '../../etc/passwd' }, 'name'],
      [`${alert}/artifacts`, { ...ARTIFACT, reducedBy: 'x' }, 'reducedBy'],
      [
        `${programme}/participants`,
        { name: 'X', enrolment: { ...ENROLMENT, tier: 'gold' } },
        'enrolment.tier',
      ],
      ['/v1/alerts/x/approval', { plan: '0'.repeat(64) }, 'alert'],
    ];
    for (const [url, body, field] of cases) {
      const token = url.endsWith('/approval') ? approver : author;
      const found = problem(await edge.post(url, body, token));
      assert.equal(found.status, 400, JSON.stringify(found));
      assert.equal(found.field, field, JSON.stringify(found));
    }
    assert.equal(
      json<{ artifacts: object[] }>(await edge.get(alert, author.token)).artifacts.length,
      0,
    );
  });

  test('an artifact of 100 MB is refused with the limit', async () => {
    const alert = await newAlert();
    const content = Buffer.alloc(100_000_000).toString('base64');
    const found = problem(await edge.post(`${alert}/artifacts`, { ...ARTIFACT, content }, author));
    assert.equal(found.status, 413);
    assert.match(found.detail, /at most 25165824 bytes/);
  });

  test('lists go page by page, each item once', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 100; pages++) {
      const url = `${programme}/alerts?limit=2${cursor}`;
      const page = json<{ items: { id: string }[]; next: string | null }>(
        await edge.get(url, author.token),
      );
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    const whole = json<{ items: { id: string }[] }>(
      await edge.get(`${programme}/alerts?limit=200`, author.token),
    );
    assert.deepEqual(
      seen,
      whole.items.map(({ id }) => id),
    );
    const wrong = await edge.get(
      `${programme}/participants?cursor=${cursor.slice(8)}x`,
      author.token,
    );
    assert.equal(problem(wrong).field, 'cursor');
  });

  test('a sample is traced once a second person approved; the report then stands', async () => {
    const sample = Buffer.from('nothing of ours\n');
    const opened = await edge.post(`${programme}/sightings`, sample, author);
    assert.equal(opened.status, 201);
    const sighting = `/v1/sightings/${json<{ sighting: string }>(opened).sighting}`;
    assert.equal(problem(await edge.get(`${sighting}/trace`, author.token)).status, 404);
    const early = await edge.post(`${sighting}/trace`, undefined, author);
    assert.equal(problem(early).code, 'SECOND_PERSON');
    const approved = await edge.post(`${sighting}/approval`, undefined, approver);
    assert.deepEqual(json(approved), { approved: true });
    const unfound = await edge.post(`${sighting}/trace`, undefined, author);
    assert.deepEqual([problem(unfound).code, problem(unfound).field], ['CONFLICT', 'find']);
    const found = { kind: 'other', place: 'a desk', foundAt: formatInstant(house.clock.now()) };
    const product = { ...found, kind: 'member_product', shipped: 'no' };
    assert.equal(problem(await edge.post(`${sighting}/find`, product, author)).field, 'member');
    const later = formatInstant(plus(house.clock.now(), 1));
    const ahead = { ...found, foundAt: later, shipped: 'no' };
    assert.equal(problem(await edge.post(`${sighting}/find`, ahead, author)).field, 'foundAt');
    const recorded = await edge.post(`${sighting}/find`, { ...found, shipped: 'no' }, author);
    assert.deepEqual(json(recorded), { recorded: true });
    const again = await edge.post(`${sighting}/find`, { ...found, shipped: 'yes' }, author);
    assert.equal(problem(again).code, 'CONFLICT');
    const traced = await edge.post(`${sighting}/trace`, undefined, author);
    assert.equal(traced.status, 200);
    assert.deepEqual(json<{ find: object }>(traced).find, {
      ...found,
      shipped: 'no',
      member: null,
    });
    assert.deepEqual((await edge.get(`${sighting}/trace`, approver.token)).body, traced.body);
  });

  test('what is to be imported is read; anything else is refused by name', async () => {
    const record = await readFile(join(TESTDATA, 'toolshell/cve-json5/CVE-2025-49704.json'));
    const read = await edge.post('/v1/imports', record, author);
    assert.equal(json<{ id: string }>(read).id, 'CVE-2025-49704');
    const odd = await edge.post('/v1/imports', Buffer.from('{"a":1}'), author);
    assert.equal(problem(odd).status, 400);
    const torn = await edge.post('/v1/imports', Buffer.from('{"document":'), author);
    assert.match(problem(torn).detail, /expected JSON/);
  });

  test('a policy pack is checked without being activated', async () => {
    const { files } = await readPack('mapp');
    const broken = { ...files, 'rules.cedar': 'permit (principal, action, resource);' };
    const seen = await edge.post('/v1/policies/check', { files: broken }, author);
    const { ok, findings } = json<{ ok: boolean; findings: { code: string }[] }>(seen);
    assert.equal(ok, false);
    assert.equal(findings[0]?.code, 'POLICY_INVALID');
  });

  test('the log: checkpoint, consistency, export', async () => {
    await runTick(house.context, house.clock.now());
    await runTick(house.context, house.clock.now());
    const note = await edge.get('/v1/log/checkpoint');
    const size = Number(note.body.toString().split('\n')[1]);
    assert.ok(size >= 2);
    const proof = await edge.get(`/v1/log/consistency?from=1&to=${size}`);
    const grown = json<{ proof: string[]; ticks: { tick: number; at: number }[] }>(proof);
    assert.ok(grown.proof.length > 0);
    const [first, last] = grown.ticks;
    assert.ok(first && last && first.at < last.at);
    assert.deepEqual([first.tick, last.tick], [0, size - 1]);
    const beyond = await edge.get(`/v1/log/consistency?from=1&to=${size + 1}`);
    assert.equal(problem(beyond).field, 'to');
    const exported = (await edge.get('/v1/log/export', author.token)).body.toString();
    assert.equal(exported.trimEnd().split('\n').length, size + 1);
  });
});
