/** From an application to the first copy, over the API alone; and who cannot get in that way. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import type { ApplicationId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { termsSigningBytes } from '../../src/formats/terms.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { inviteReader, redeemInvitation } from '../../src/programme/member/admit-participant.ts';
import { keepContent, openContent } from '../../src/programme/member/application-record.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { applicationById } from '../../src/store/application-store.ts';
import { json, type PostOptions } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, person, stand } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { ANSWERS, APPLICATION, joiningPack, stranger } from '../support/joining.ts';
import { smallAlert } from '../support/small-alert.ts';
import { publishTerms } from '../support/terms.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

type Applied = { application: string; code: string };
type Proposed = { proposal: { change: string; digest: string } };
type View = {
  state: string;
  participant: string;
  content: { name: string; answers: { criterion: string; digest: string }[] };
  assessment: { verdict: string; findings: { criterion: string | null; code: string }[] };
};

describe('joining', () => {
  let house: House;
  let sides: TwoSides;
  let home: string;
  let sponsor: Awaited<ReturnType<typeof joinReader>>;

  before(async () => {
    house = await openHouse({ pack: await joiningPack() });
    sides = await openTwoSides(house);
    home = `/v1/public/programmes/${house.programme}`;
    sponsor = await joinReader(house, await admit(house, 'Sponsor', { tier: 'validate' }));
  });
  after(async () => {
    await sides.tearDown();
    await house.tearDown();
  });

  // Ten an hour from one address: each application comes an hour after the one before.
  const apply = async (change: object = {}): Promise<Applied> => {
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const seen = await stranger(sides, `${home}/applications`, { ...APPLICATION, ...change });
    assert.equal(seen.status, 201, seen.body.toString());
    return json<Applied>(seen);
  };
  const own = async (code: string) =>
    json<{ state: string; missing: object[]; reason: string | null; appeal: string | null }>(
      await sides.edge.get('/v1/application', code),
    );
  const post = async <T>(url: string, body: object, options: PostOptions = {}): Promise<T> => {
    const seen = await sides.edge.post(url, body, { token: house.tokens.author, ...options });
    assert.ok(seen.status < 300, `${url}: ${seen.body.toString()}`);
    return json<T>(seen);
  };
  const code = async (url: string, body: object, token: string) =>
    json<{ code?: string }>(await sides.edge.post(url, body, { token })).code;
  const view = async (application: string) =>
    json<View>(await sides.edge.get(`/v1/applications/${application}`, house.tokens.author));
  const vouch = (application: string, name = APPLICATION.name, who = sponsor) =>
    sides.edge.post(`/v1/applications/${application}/vouch`, { name }, { by: who });
  const seenOf = async (application: string, criterion: string) =>
    (await view(application)).content.answers.find((each) => each.criterion === criterion)
      ?.digest ?? null;
  const check = async (
    application: string,
    more: { criterion?: string; [field: string]: unknown } = {},
  ) => {
    const { criterion = 'track_record' } = more;
    return post<{ verdict: string }>(`/v1/applications/${application}/checks`, {
      ...{ criterion, as: 'reviewer', expiresAt: null, reason: null },
      ...{ digest: await seenOf(application, criterion), ...more },
    });
  };
  const STATED = {
    status: 'stated',
    duties: [],
    provenance: 'attested',
    expiresAt: '2027-01-01T00:00:00Z',
  };
  const proposal = (decision: 'accept' | 'refuse', reason: string) => ({
    ...{ decision, reason, tier: null, consentMode: 'standing', duty: STATED },
  });
  const decide = async (application: string, decision: 'accept' | 'refuse', reason = 'Seen.') => {
    const made = await post<Proposed>(
      `/v1/applications/${application}/proposals`,
      proposal(decision, reason),
    );
    const { change, digest } = made.proposal;
    const body = { decision: 'confirm', digest };
    return sides.edge.post(`/v1/member-changes/${change}/decision`, body, {
      token: house.tokens.approver,
    });
  };

  test('an applicant becomes a member, and opens and proves its first copy', async () => {
    const asked = json<{ criteria: { code: string }[] }>(await sides.edge.get(`${home}/criteria`));
    assert.equal(asked.criteria.length, 6);
    const { answers } = APPLICATION;
    const { track_record: _, ...rest } = answers;
    const { application, code: secret } = await apply({ answers: rest });
    assert.deepEqual((await own(secret)).missing, [
      { criterion: 'track_record', needs: 'answer' },
      { criterion: 'vouched', needs: 'vouch' },
    ]);
    await stranger(sides, '/v1/application/answers', { answers }, secret);
    assert.equal((await vouch(application)).status, 200);
    assert.equal((await check(application)).verdict, 'acceptable');
    assert.deepEqual((await own(secret)).missing, []);
    assert.equal((await decide(application, 'accept', 'All is shown.')).status, 200);
    const told = await own(secret);
    assert.deepEqual([told.state, told.reason], ['accepted', 'All is shown.']);

    const { participant } = await view(application);
    const path = `/v1/programmes/${house.programme}/participants/${participant}`;
    const admitted = json<{ enrolment: { tier: string; agreement: null; profile: object } }>(
      await sides.edge.get(path, house.tokens.author),
    );
    assert.equal(admitted.enrolment.tier, 'entry', 'where the pack lets everybody begin');
    assert.equal(admitted.enrolment.agreement, null);

    const { invitation } = await post<{ invitation: string }>(`${path}/readers`, { label: 'desk' });
    const { identity, recipient } = generateIdentity();
    const keys = generateSigningKey();
    const sign = signer(keys.secret);
    const proof = sign.sign(joinSigningBytes(sha256(Buffer.from(invitation)), recipient));
    const joined = await post<{ reader: string; token: string }>('/v1/join', {
      ...{ invitation, recipient, signKey: keys.publicKey.toString('base64') },
      proof: proof.toString('base64'),
    });

    await publishTerms(house);
    const named = await post<Proposed>(`${path}/officers`, { reader: joined.reader });
    const confirm = { decision: 'confirm', digest: named.proposal.digest };
    const second = { token: house.tokens.approver };
    await post(`/v1/member-changes/${named.proposal.change}/decision`, confirm, second);
    const { items } = json<{ items: { terms: string; sha256: string }[] }>(
      await sides.edge.get('/v1/terms', joined.token),
    );
    const [terms] = items;
    assert.ok(terms);
    const hash = Buffer.from(terms.sha256, 'hex');
    const claim = { terms: terms.terms, participant, sha256: hash, follows: null };
    const signature = sign.sign(termsSigningBytes(claim)).toString('base64');
    const reader = { token: joined.token };
    const { agreement } = await post<{ agreement: string }>(
      `/v1/terms/${terms.terms}/signature`,
      { signature },
      reader,
    );

    const small = await smallAlert(house);
    house.clock.set(plus(small.disclosureAt, -DAY_MS));
    await releaseDue(house.context, house.clock.now());
    const copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    assert.equal((await sides.edge.get(copy, joined.token)).status, 404, 'not countersigned');
    const answer = { answer: 'countersigned', sha256: terms.sha256 };
    await post(`/v1/agreements/${agreement}/answer`, answer, second);
    const fetched = await sides.edge.get(copy, joined.token);
    assert.equal(fetched.status, 200);
    const { manifest, content } = unpackCopy(open([identity], fetched.body));
    assert.match(Buffer.from(content).toString(), /^Apply the update /);
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    await runTick(house.context, house.clock.now());
    const leaf = await sides.edge.get(`/v1/log/proofs/${manifest.promise.leaf}`, joined.token);
    assert.equal(leaf.status, 200);
    await assertInvariants(house);
  });

  test('nobody accepts what is incomplete, whoever they are, nor what has become so', async () => {
    const { application } = await apply({ name: 'Incomplete' });
    const all = await person(house, 'All scopes', ['author', 'approver', 'manager']);
    const url = `/v1/applications/${application}/proposals`;
    for (const token of [house.tokens.author, house.tokens.approver, all.token]) {
      assert.equal(await code(url, proposal('accept', 'Please.'), token), 'CONFLICT');
    }
    await vouch(application, 'Incomplete');
    await check(application, { expiresAt: formatInstant(plus(house.clock.now(), DAY_MS)) });
    const made = await post<Proposed>(url, proposal('accept', 'Seen.'));
    house.clock.set(plus(house.clock.now(), DAY_MS));
    const confirm = { decision: 'confirm', digest: made.proposal.digest };
    const deciding = `/v1/member-changes/${made.proposal.change}/decision`;
    assert.equal(await code(deciding, confirm, house.tokens.approver), 'CONFLICT', 'has expired');
    assert.equal((await view(application)).state, 'open');
  });

  test('an answer given anew is checked anew, and what excused it excuses no more', async () => {
    const { application, code: secret } = await apply({
      name: 'Changes its mind',
      answers: {
        ...ANSWERS,
        no_rebuild: { said: { form: 'rebuild', of: 'sponsor' }, evidence: null },
      },
    });
    await vouch(application, 'Changes its mind');
    await check(application);
    const excuse = { criterion: 'no_rebuild', as: 'exception', reason: 'Another product by now.' };
    assert.equal((await check(application, excuse)).verdict, 'acceptable');
    const again = { no_rebuild: ANSWERS.no_rebuild, track_record: ANSWERS.track_record };
    await stranger(sides, '/v1/application/answers', { answers: again }, secret);
    assert.equal((await view(application)).assessment.verdict, 'incomplete');
    const back = { no_rebuild: { said: { form: 'rebuild', of: ' SPONSOR' }, evidence: null } };
    await stranger(sides, '/v1/application/answers', { answers: back }, secret);
    assert.equal((await view(application)).assessment.verdict, 'refused');
  });

  test('a check is of what was seen: what is shown since is not checked by it', async () => {
    const name = 'Shows another thing';
    const { application, code: secret } = await apply({ name });
    await vouch(application, name);
    const seen = await seenOf(application, 'track_record');
    const { track_record: shown } = ANSWERS;
    const evidence = { ...shown.evidence, text: 'Nothing of the kind' };
    const changed = { track_record: { ...shown, evidence } };
    await stranger(sides, '/v1/application/answers', { answers: changed }, secret);
    const url = `/v1/applications/${application}/checks`;
    const late = {
      ...{ criterion: 'track_record', as: 'reviewer', expiresAt: null, reason: null },
      digest: seen,
    };
    assert.equal(await code(url, late, house.tokens.author), 'APPROVAL_VOID');
    const excuse = { ...late, criterion: 'no_rebuild', as: 'exception', reason: 'Why not.' };
    assert.equal(await code(url, excuse, house.tokens.author), 'APPROVAL_VOID');
    assert.equal((await view(application)).assessment.verdict, 'incomplete');
    assert.equal((await check(application)).verdict, 'acceptable');

    // A check beside other evidence than its own counts for nothing, however it came there.
    const { context } = house;
    await context.store.issuer(async (tx) => {
      const stored = await applicationById(tx, application as ApplicationId);
      assert.ok(stored);
      const content = openContent(context, stored);
      const kept = content.answers['track_record'];
      assert.ok(kept?.evidence);
      const other = { ...kept, evidence: { ...kept.evidence, link: 'https://other.example/' } };
      const answers = { ...content.answers, track_record: other };
      await keepContent(context, tx, stored, { ...content, answers }, house.clock.now());
    });
    assert.equal((await view(application)).assessment.verdict, 'incomplete');
  });

  test('a refusal takes two persons and says why; an appeal a third with no part', async () => {
    const { application, code: secret } = await apply({ name: 'Refused' });
    assert.equal((await decide(application, 'refuse', 'Nobody vouches.')).status, 200);
    assert.equal((await own(secret)).reason, 'Nobody vouches.');
    const appeal = (text: string) => stranger(sides, '/v1/application/appeal', { text }, secret);
    assert.equal((await appeal('Somebody will.')).status, 200);
    assert.equal((await appeal('Really.')).status, 409, 'once');
    const url = `/v1/applications/${application}/appeal/decision`;
    const granted = { outcome: 'granted', reason: 'Let us see.' };
    for (const token of [house.tokens.author, house.tokens.approver]) {
      assert.equal(await code(url, granted, token), 'SECOND_PERSON');
    }
    const third = await person(house, 'Third', ['approver']);
    assert.deepEqual(await post(url, granted, { token: third.token }), { state: 'open' });
    assert.deepEqual([(await own(secret)).state, (await own(secret)).appeal], ['open', 'granted']);
    await vouch(application, 'Refused');
    await check(application);
    assert.equal((await decide(application, 'accept')).status, 200);
  });

  test('only an active member vouches, by the right name; one human is one sponsor', async () => {
    const name = 'Wants two sponsors';
    const { application } = await apply({ name, roles: ['end_user'] });
    const suspended = await admit(house, 'Suspended sponsor');
    const out = await joinReader(house, suspended);
    await stand(house, suspended, 'suspended');
    const unknown = await vouch(application, 'Another name');
    assert.equal(unknown.status, 404);
    assert.deepEqual(await vouch(application, name, out), unknown);
    assert.deepEqual(await vouch('00000000-0000-4000-8000-000000000000', name), unknown);
    assert.equal((await vouch(application, name)).status, 200);
    assert.equal((await vouch(application, name)).status, 409, 'the same member');
    // The same human at another member: the signing key says so.
    const other = await admit(house, 'Second sponsor');
    const { context, programme, clock } = house;
    const invited = await inviteReader(context, 'system', programme, other, 'desk', clock.now());
    const { recipient } = generateIdentity();
    const key = signer(sponsor.signSeed);
    const bytes = joinSigningBytes(sha256(Buffer.from(invited.invitation)), recipient);
    const brought = { recipient, signKey: key.publicKey, proof: key.sign(bytes) };
    const twice = await redeemInvitation(
      context,
      { invitation: invited.invitation, ...brought, openpgpProof: null },
      clock.now(),
    );
    const samePerson = { ...sponsor, ...twice, caller: { ...sponsor.caller, id: twice.reader } };
    assert.equal((await vouch(application, name, samePerson)).status, 409);
    const second = await joinReader(house, other);
    assert.equal((await vouch(application, name, second)).status, 200);
    await check(application);
    assert.equal((await view(application)).assessment.verdict, 'acceptable');
    await stand(house, other, 'suspended');
    assert.equal((await view(application)).assessment.verdict, 'refused', 'as they are by then');
    await stand(house, other, 'active');
    assert.equal((await decide(application, 'accept')).status, 200, 'the only seat');
  });

  test('without a free seat nobody is accepted, complete or not', async () => {
    const name = 'Comes too late';
    const { application } = await apply({ name, roles: ['end_user'] });
    await vouch(application, name);
    const other = await joinReader(house, await admit(house, 'Third sponsor'));
    await vouch(application, name, other);
    await check(application);
    const { assessment } = await view(application);
    assert.equal(assessment.verdict, 'waiting');
    const url = `/v1/applications/${application}/proposals`;
    assert.equal(await code(url, proposal('accept', 'x'), house.tokens.author), 'CONFLICT');
  });

  test('both sides by their programs: vouched, checked, accepted; refused, and heard', async () => {
    const { application, code: secret } = await apply({ name: 'By programs' });
    const id = await admit(house, 'Sponsor by program', { tier: 'entry' });
    const invited = await sides.first('participant', 'invite', id, '--label', 'desk');
    assert.equal((await sides.reader('sponsor', 'join', invited.out.trim())).status, 0);
    const other = await sides.reader('sponsor', 'vouch', application, 'By program');
    assert.equal(other.status, 1);
    const vouched = await sides.reader('sponsor', 'vouch', application, 'By programs');
    assert.equal(vouched.status, 0, vouched.err);
    assert.match(
      (await sides.first('application', 'list')).out,
      /By programs +open .*not complete/,
    );
    const looked = (await sides.first('application', 'show', application)).out;
    const [, digest = ''] = /track_record\n[\s\S]*?digest +([0-9a-f]{64})/.exec(looked) ?? [];
    const args = ['check', application, 'track_record', '--until', '2026-06-01T00:00:00Z'];
    const checked = await sides.first('application', ...args, '--digest', digest);
    assert.equal(checked.out, 'acceptable\n');
    const { out } = await sides.first('application', 'show', application);
    assert.match(out, /track_record +MET +2026-06-01T00:00:00Z/);
    assert.match(out, /shows +Twelve advisories\n +at +https:\/\/firm\.example\/log/);
    const accepted = await sides.first('application', 'accept', application, '--reason', 'Good.');
    const [, change = ''] = /approve-change (\S+)/.exec(accepted.err) ?? [];
    const shown = (await sides.second('participant', 'show-change', change)).out;
    assert.match(shown, /told, why +Good\./);
    await sides.confirm(accepted);
    assert.equal((await own(secret)).state, 'accepted');

    const { application: lost, code: theirs } = await apply({ name: '\u00e9 <b>Lost</b>' });
    await sides.confirm(await sides.first('application', 'refuse', lost, '--reason', 'No.'));
    await stranger(sides, '/v1/application/appeal', { text: 'But why?' }, theirs);
    assert.match((await sides.second('work', 'list')).out, /an appeal of an applicant/);
    const third = await person(house, 'Fourth', ['manager']);
    const url = `/v1/applications/${lost}/appeal/decision`;
    await post(url, { outcome: 'dismissed', reason: 'Stands.' }, { token: third.token });
    const told = (await sides.second('application', 'show', lost)).out;
    assert.match(told, /name +é <b>Lost<\/b>\n/);
    assert.match(told, /appeal was +dismissed/);
  });

  test('what an applicant is told says nothing of members', async () => {
    const rebuild = { said: { form: 'rebuild', of: 'Sponsor' }, evidence: null };
    const member = await apply({ name: 'Probe', answers: { ...ANSWERS, no_rebuild: rebuild } });
    const nobody = { said: { form: 'rebuild', of: 'No member' }, evidence: null };
    const none = await apply({ name: 'Probe', answers: { ...ANSWERS, no_rebuild: nobody } });
    const told = async ({ code: secret }: Applied) => ({ ...(await own(secret)), application: '' });
    assert.deepEqual(await told(member), await told(none));
    assert.deepEqual(
      (await told(await apply({ name: 'Sponsor' }))).missing,
      (await told(none)).missing,
    );
    const taken = await apply({ name: 'Sponsor' });
    await vouch(taken.application, 'Sponsor');
    await check(taken.application);
    const url = `/v1/applications/${taken.application}/proposals`;
    assert.equal(await code(url, proposal('accept', 'x'), house.tokens.author), 'CONFLICT');
  });

  test('hostile text is data; a wrong type, size or form is refused', async () => {
    const html = '<img src=x onerror="alert(1)"><script>1</script>';
    const answers = {
      ...ANSWERS,
      track_record: {
        said: { form: 'yes', value: true },
        evidence: { text: html, link: null, expiresAt: null },
      },
    };
    const { application } = await apply({ name: html, answers });
    const seen = await sides.edge.get(`/v1/applications/${application}`, house.tokens.author);
    assert.match(String(seen.headers['content-type']), /^application\/json/);
    assert.equal(seen.headers['x-content-type-options'], 'nosniff');
    assert.equal(json<View>(seen).content.name, html);
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const wrong: readonly object[] = [
      { name: 'two\nlines' },
      { name: 'turned \u202e' },
      { contact: 'nobody' },
      { roles: ['member'] },
      { extra: 1 },
      { answers: { ...ANSWERS, unknown: ANSWERS.no_rebuild } },
      { answers: { no_rebuild: ANSWERS.track_record } },
      { answers: { vouched: ANSWERS.track_record } },
      ...['javascript:alert(1)', 'http://firm.example', 'x'].map((link) => ({
        answers: {
          track_record: {
            said: { form: 'yes', value: true },
            evidence: { text: 'x', link, expiresAt: null },
          },
        },
      })),
    ];
    for (const change of wrong) {
      house.clock.set(plus(house.clock.now(), HOUR_MS));
      const refused = await stranger(sides, `${home}/applications`, { ...APPLICATION, ...change });
      assert.equal(refused.status, 400, JSON.stringify(change));
    }
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const big = { ...APPLICATION, padding: 'x'.repeat(70_000) };
    assert.equal((await stranger(sides, `${home}/applications`, big)).status, 413);
    for (const type of ['text/html', 'application/pdf', 'application/octet-stream', 'image/png']) {
      const { statusCode } = await sides.edge.app.inject({
        method: 'POST',
        url: `${home}/applications`,
        headers: { 'content-type': type },
        payload: Buffer.from('%PDF-1.7'),
      });
      assert.equal(statusCode, 415, type);
    }
  });

  test('a code is looked up in the header alone; unknown ones are equal, and bounded', async () => {
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const { application, code: secret } = await apply({ name: 'Code' });
    const inUrl = await sides.edge.get(`/v1/application?token=${secret}`);
    assert.equal(inUrl.status, 400);
    const elsewhere = `/v1/public/programmes/${application}`;
    const unknown = await stranger(sides, `${elsewhere}/applications`, APPLICATION);
    assert.equal(unknown.status, 404);
    assert.deepEqual(
      await sides.edge.get(`${elsewhere}/criteria`),
      await sides.edge.get('/v1/application', `${secret}x`),
    );
    assert.ok(!sides.edge.logged.some((line) => line.includes(secret)));
    const rows = await house.context.store.issuer((tx) =>
      tx.selectFrom('application').selectAll().execute(),
    );
    const stored = rows.map((row) => JSON.stringify(row)).join();
    assert.ok(!stored.includes(secret) && !stored.includes('Aurelian'));
    for (let i = 0; i < 30; i += 1) await sides.edge.get('/v1/application', `apply_${i}`);
    assert.equal((await sides.edge.get('/v1/application', 'apply_x')).status, 429);
    for (let i = 0; i < 10; i += 1) await stranger(sides, `${home}/applications`, {});
    for (let i = 0; i < 12; i += 1) await stranger(sides, `${home}/applications`, APPLICATION);
    assert.equal((await stranger(sides, `${home}/applications`, APPLICATION)).status, 429);
    await assertInvariants(house);
  });
});
