/** What members agree to: a new version of the terms, its date, and who has signed by then. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import type { AgreementId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, type Instant, plus } from '../../src/domain/instant.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { reportSigningBytes } from '../../src/formats/key-proofs.ts';
import {
  inviteReader,
  proposeParticipant,
  redeemInvitation,
} from '../../src/programme/member/admit-participant.ts';
import { answerAgreement, signTerms } from '../../src/programme/member/agreements.ts';
import { decideMemberChange } from '../../src/programme/member/member-change.ts';
import { reportColleague } from '../../src/programme/member/rotate-keys.ts';
import { endOfficer, proposeTerms } from '../../src/programme/member/terms.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { keyHolder } from '../../src/store/reader-key-store.ts';
import { json } from '../support/edge.ts';
import {
  admit,
  confirmed,
  enrolment,
  type House,
  joinReader,
  openHouse,
  restate,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { nameOfficer, newestSigned, publishTerms, STATED_TERMS } from '../support/terms.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const CLAUSES = `validDays: 365
clauses:
  noOffensiveUse: true
  usePermissions: [read, build_protection, test]
  sharingLimit: organisation
  aiProcessing: none
  individualCopies: true
`;

describe('terms', () => {
  let house: House;
  let sides: TwoSides;
  let firm: ParticipantId;
  let reader: TestReader;
  let due: Instant;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    sides = await openTwoSides(house);
    firm = await admit(house, 'On paper', { tier: 'validate' });
    reader = await joinReader(house, firm);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    await writeFile(join(sides.folder, 'clauses.yaml'), CLAUSES);
  });
  after(async () => {
    await sides.tearDown();
    await house.tearDown();
  });

  const fetches = (who: TestReader = reader) =>
    serveCopy(house.context, who.caller, small, house.clock.now());
  const later = (ms: number) => house.clock.set(plus(house.clock.now(), ms));
  const signed = async (who: TestReader, seed?: Buffer) => {
    const { terms, sha256, signature } = await newestSigned(house, who, seed);
    const now = house.clock.now();
    const { agreement } = await signTerms(house.context, who.caller, terms, signature, now);
    return { agreement, sha256 };
  };

  const report = async ({ caller }: TestReader) => {
    const holder = await house.context.store.issuer((tx) => keyHolder(tx, caller.id));
    const signature = signer(reader.signSeed).sign(
      reportSigningBytes(caller.id, holder?.fingerprint ?? '', 'stolen'),
    );
    const said = { reader: caller.id, what: 'stolen', signature } as const;
    return reportColleague(house.context, reader.caller, said, house.clock.now());
  };

  const rejoin = async (invitation: string) => {
    const { recipient } = generateIdentity();
    const { secret, publicKey: signKey } = generateSigningKey();
    const bytes = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
    const keys = { recipient, signKey, proof: signer(secret).sign(bytes), openpgpProof: null };
    await redeemInvitation(house.context, { invitation, ...keys }, house.clock.now());
    return secret;
  };

  test('a version is published by two persons, and everybody with a seat is told', async () => {
    due = plus(house.clock.now(), DAY_MS);
    await writeFile(join(sides.folder, 'terms.txt'), '1. No attacks.\r\n2. <b>No</b> markup.\r\n');
    const proposed = await sides.first(
      ...['terms', 'propose', 'terms.txt', '--clauses', 'clauses.yaml'],
      ...['--sign-by', formatInstant(due)],
    );
    assert.match(proposed.out, /^Proposed version 1, [0-9a-f]{64}\n$/);
    assert.equal((await sides.first('terms', 'show')).out, '(none)\n', 'not before the second');
    const [, change = ''] = /approve-change (\S+)/.exec(proposed.err) ?? [];
    const shown = await sides.second('participant', 'show-change', change);
    assert.match(shown.out, /2\. <b>No<\/b> markup\./, 'data to whoever approves it');
    await sides.confirm(proposed);
    assert.match((await sides.first('terms', 'show')).out, /permits at most +read, build_prot/);
    const { items } = json<{ items: { kind: string }[] }>(
      await sides.edge.get('/v1/notices', reader.token),
    );
    assert.equal(items.filter(({ kind }) => kind === 'terms_published').length, 1);
  });

  test('until its date what was signed before holds; from then on it has lapsed', async () => {
    house.clock.set(plus(due, -1));
    assert.ok((await fetches()).bytes.length > 0);
    house.clock.set(due);
    await assert.rejects(fetches(), { code: 'NOT_FOUND' });
    type Lines = { lines: { participant: string; artifacts: { steps: Step[] }[] }[] };
    type Step = { at: string; outcome: string; reasons: string[] };
    const path = `/v1/alerts/${small.alert}/plan`;
    const { lines } = json<Lines>(await sides.edge.get(path, house.tokens.author));
    const [told] = lines.find((line) => line.participant === firm)?.artifacts ?? [];
    const now = formatInstant(due);
    const step = told?.steps.findLast(({ at }) => at <= now);
    assert.deepEqual(step, { at: now, outcome: 'deny', reasons: ['AGREEMENT_NOT_IN_FORCE'] });
  });

  test('a signature counts by an officer alone, over that text alone, and once', async () => {
    await assert.rejects(signed(reader), { code: 'NOT_FOUND' }, 'no officer yet');
    const whose = await nameOfficer(house, reader);
    const other = await joinReader(house, firm);
    await assert.rejects(signed(other), { code: 'NOT_FOUND' }, 'another reader of the firm');
    await assert.rejects(signed(reader, other.signSeed), { code: 'SIGNATURE_INVALID' });
    const { agreement, sha256 } = await signed(reader);
    await assert.rejects(signed(reader), { code: 'CONFLICT' }, 'one waits already');
    await assert.rejects(fetches(), { code: 'NOT_FOUND' }, 'it opens nothing yet');
    const { context, approver, author, programme, clock } = house;
    const countersign = (hash: string) => {
      const stated = { answer: 'countersigned', sha256: hash } as const;
      return answerAgreement(context, approver, agreement, stated, clock.now());
    };
    await assert.rejects(countersign('0'.repeat(64)), { code: 'APPROVAL_VOID' });
    await endOfficer(context, author, programme, whose, clock.now());
    await assert.rejects(countersign(sha256), { code: 'CONFLICT' }, 'an officer no longer');
    await nameOfficer(house, reader);
    later(1);
    const { expiresAt } = await countersign(sha256);
    assert.equal(expiresAt, plus(clock.now(), 365 * DAY_MS));
    await assert.rejects(countersign(sha256), { code: 'CONFLICT' });
    assert.ok((await fetches()).bytes.length > 0, 'at once, without a wave');
  });

  test('keys that were reported bind nobody, nor do those that come after', async () => {
    const { context, approver, clock } = house;
    const stolen = await joinReader(house, firm);
    await nameOfficer(house, stolen);
    const { agreement, sha256 } = await signed(stolen);
    const { invitation } = await report(stolen);
    const countersign = { answer: 'countersigned', sha256 } as const;
    const answering = answerAgreement(context, approver, agreement, countersign, clock.now());
    await assert.rejects(answering, { code: 'CONFLICT' });
    const refused = { answer: 'refused', sha256 } as const;
    await answerAgreement(context, approver, agreement, refused, clock.now());
    await assert.rejects(nameOfficer(house, stolen), { code: 'CONFLICT' });
    // Whoever has the invitation has other keys in its place, and two persons have not named them.
    const seed = await rejoin(invitation);
    later(DAY_MS);
    await house.cycle();
    await assert.rejects(signed(stolen, seed), { code: 'NOT_FOUND' });
  });

  test('whoever has not joined is no officer: nobody knows yet who they are', async () => {
    const { context, programme, clock } = house;
    const made = await inviteReader(context, 'system', programme, firm, 'invited', clock.now());
    const { caller } = reader;
    const invited = { ...reader, caller: { ...caller, id: made.reader } };
    await assert.rejects(nameOfficer(house, invited), { code: 'CONFLICT' });
  });

  test('nobody brings in an agreement of before that runs past the date', async () => {
    const { context, author, programme, clock } = house;
    const input = { name: 'Of before', enrolment: enrolment({ tier: 'validate' }) };
    const proposing = proposeParticipant(context, author, programme, input, clock.now());
    await assert.rejects(proposing, {
      code: 'INVALID_INPUT',
      field: 'enrolment.agreement.expiresAt',
    });
    // One signed on paper since is two persons' word, as ever.
    const agreement = { signedAt: clock.now(), expiresAt: plus(clock.now(), DAY_MS) };
    const paper = await admit(house, 'On paper since', { tier: 'validate', agreement });
    assert.ok((await fetches(await joinReader(house, paper))).bytes.length > 0);
    await assert.rejects(restate(house, paper, enrolment({ tier: 'validate' })), {
      code: 'INVALID_INPUT',
    });
  });

  test('an admission proposed before a version does not outlive its date', async () => {
    const { context, author, approver, programme, clock } = house;
    const signedAt = clock.now();
    const facts = enrolment({ agreement: { signedAt, expiresAt: plus(signedAt, 90 * DAY_MS) } });
    const input = { name: 'Proposed before', enrolment: facts };
    const { proposal } = await proposeParticipant(context, author, programme, input, clock.now());
    later(1);
    await publishTerms(house, { ...STATED_TERMS, signBy: plus(clock.now(), 2 * DAY_MS) });
    const stated = { decision: 'confirm', digest: proposal.digest } as const;
    await assert.rejects(
      decideMemberChange(context, approver, proposal.change, stated, clock.now()),
      {
        code: 'INVALID_INPUT',
      },
    );
  });

  test('of two versions proposed at once one is published', async () => {
    const { context, author, programme, clock } = house;
    const rival = await proposeTerms(context, author, programme, STATED_TERMS, clock.now());
    await publishTerms(house);
    await assert.rejects(confirmed(house, rival.proposal), { code: 'CONFLICT' });
  });

  test('a signature under a version that another has replaced is not countersigned', async () => {
    const { agreement, sha256 } = await signed(reader);
    await publishTerms(house);
    const { context, approver, clock } = house;
    const stated = { answer: 'countersigned', sha256 } as const;
    await assert.rejects(answerAgreement(context, approver, agreement, stated, clock.now()), {
      code: 'CONFLICT',
    });
    const refused = { answer: 'refused', sha256 } as const;
    await answerAgreement(context, approver, agreement, refused, clock.now());
    assert.ok((await fetches()).bytes.length > 0, 'what held before still holds');
  });

  test('what hides, or settles something unknown, is refused', async () => {
    const url = `/v1/programmes/${house.programme}/terms`;
    const post = (body: object) => sides.edge.post(url, body, { token: house.tokens.author });
    const hidden = ['pay \u202e100', 'soft\u00adhyphen', 'bell\u0007', 'carriage\r\nreturn', ' \n'];
    for (const text of hidden)
      assert.equal((await post({ ...STATED_TERMS, text })).status, 400, text);
    const wrong = [
      { clauses: { ...STATED_TERMS.clauses, sharingLimit: 'everybody' } },
      { clauses: { ...STATED_TERMS.clauses, usePermissions: ['attack'] } },
      { clauses: { noOffensiveUse: true } },
      { validDays: 0 },
      { validDays: 3_651 },
      { signBy: formatInstant(house.clock.now()) },
    ];
    for (const each of wrong) {
      assert.equal((await post({ ...STATED_TERMS, ...each })).status, 400, JSON.stringify(each));
    }
    const html = await sides.edge.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${house.tokens.author}`, 'content-type': 'text/html' },
      payload: '<p>terms</p>',
    });
    assert.equal(html.statusCode, 415);
  });

  test('both sides by their programs: named, read, signed, countersigned', async () => {
    const agreement = { signedAt: house.clock.now(), expiresAt: plus(house.clock.now(), 1) };
    const id = await admit(house, 'By programs', { tier: 'validate', agreement });
    later(1);
    const invited = await sides.first('participant', 'invite', id, '--label', 'officer');
    const joined = await sides.reader('officer', 'join', invited.out.trim());
    assert.equal(joined.status, 0, joined.err);
    const [, readerId = ''] = /Reader (\S+)\./.exec(invited.err) ?? [];
    assert.doesNotMatch((await sides.reader('officer', 'terms')).out, /to sign/);
    await sides.confirm(await sides.first('terms', 'officer', id, readerId));
    const { out } = await sides.reader('officer', 'terms');
    assert.match(out, /^version 4\n {2}Nobody is attacked with this\.\n/);
    const [, hash = ''] = /tocsin-reader sign (\S+)/.exec(out) ?? [];
    assert.equal((await sides.reader('officer', 'sign', '0'.repeat(64))).status, 1);
    const done = await sides.reader('officer', 'sign', hash);
    assert.equal(done.status, 0, done.err);
    const { out: work } = await sides.second('work', 'list');
    assert.match(work, /terms countersign/);
    const listed = (await sides.second('terms', 'agreements')).out;
    const [, signature = ''] = /^(\S+) +By programs +4 .*waits/m.exec(listed) ?? [];
    const answer = await sides.second('terms', 'countersign', signature, '--sha256', hash);
    assert.match(answer.out, /^In force until /);
    assert.match((await sides.reader('officer', 'terms')).out, /countersigned until /);
    const copy = await sides.reader('officer', 'fetch', small.alert, '--out', sides.folder);
    assert.equal(copy.status, 0, copy.err);
    await sides.first('terms', 'end-officer', id, readerId);
    await assertInvariants(house);
  });

  test('a signature that was refused, or has lapsed, is none when it comes again', async () => {
    const { context, approver, clock } = house;
    await publishTerms(house);
    const { terms, sha256: hash, signature } = await newestSigned(house, reader);
    const again = () => signTerms(context, reader.caller, terms, signature, clock.now());
    const answered = (agreement: AgreementId, answer: 'refused' | 'countersigned') =>
      answerAgreement(context, approver, agreement, { answer, sha256: hash }, clock.now());
    await answered((await again()).agreement, 'refused');
    await assert.rejects(again(), { code: 'SIGNATURE_INVALID' }, 'refused');
    const second = await signed(reader);
    await answered(second.agreement, 'countersigned');
    later(31 * DAY_MS);
    await assert.rejects(fetches(), { code: 'NOT_FOUND' }, 'lapsed');
    await assert.rejects(again(), { code: 'SIGNATURE_INVALID' }, 'refused before that');
    await answered((await signed(reader)).agreement, 'countersigned');
    assert.ok((await fetches()).bytes.length > 0);
  });

  test('with the issuer’s login nobody alters what was published or signed', async () => {
    for (const statement of [
      "update terms set body = 'x'",
      'delete from terms',
      "update agreement set signature = ''",
      'delete from agreement',
    ]) {
      await assert.rejects(
        house.context.store.issuer((tx) => sql.raw(statement).execute(tx)),
        /42501/,
        statement,
      );
    }
  });
});
