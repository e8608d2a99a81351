import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signer } from '../../src/crypto/sign.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { receiptSigningBytes } from '../../src/formats/receipt.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { acknowledgeCopy } from '../../src/programme/release/acknowledge-copy.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const DUTIES = `
duties:
  keep_embargo: T0
  acknowledge: 48h
  leak_report: 24h
  status_report: T0 - 24h
  return_copies: 7d
`;

type Owed = {
  readonly code: string;
  readonly dueAt: string | null;
  readonly withinMs: number | null;
  readonly state: string;
  readonly says?: string | null;
};
type Answer = {
  readonly counts: readonly Readonly<Record<string, number | string>>[];
  readonly members: readonly { participant: string; obligations: readonly Owed[] }[];
};

describe('what members owe for an alert', () => {
  let house: House;
  let edge: Edge;
  let firm: TestReader;
  let silent: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    firm = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    silent = await joinReader(house, await admit(house, 'Silent', { tier: 'validate' }));
    await enactSection(house, 'duties', DUTIES);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(() => house.tearDown());

  const owedBy = async ({ token }: TestReader): Promise<readonly Owed[]> =>
    json<{ obligations: Owed[] }>(await edge.get(`/v1/inbox/${small.alert}`, token)).obligations;
  const states = async (reader: TestReader) =>
    (await owedBy(reader)).map(({ code, state }) => `${code} ${state}`);
  const issuers = async () =>
    json<Answer>(await edge.get(`/v1/alerts/${small.alert}/obligations`, house.tokens.author));
  const report = (reader: TestReader, code: string, says: string) =>
    edge.post(`/v1/inbox/${small.alert}/obligations/${code}/report`, { says }, { by: reader });
  const fetched = async (reader: TestReader) => {
    const { bytes, delivery } = await serveCopy(
      house.context,
      reader.caller,
      small,
      house.clock.now(),
    );
    return { bytes, delivery, ...unpackCopy(open([reader.identity], bytes)) };
  };
  const said = (at: Instant) => formatInstant(at);

  test('a copy says by when, counted from the first grant and not from the fetch', async () => {
    house.clock.set(plus(small.firstWave, HOUR_MS));
    const { manifest } = await fetched(firm);
    assert.deepEqual(manifest.obligations, {
      due: {
        acknowledge: plus(small.firstWave, 48 * HOUR_MS),
        keep_embargo: small.disclosureAt,
        status_report: plus(small.disclosureAt, -DAY_MS),
      },
      within: { leak_report: DAY_MS, return_copies: 7 * DAY_MS },
    });
    const shown = (await owedBy(firm)).map(({ code, dueAt, withinMs }) => [code, dueAt, withinMs]);
    assert.deepEqual(shown, [
      ['keep_embargo', said(small.disclosureAt), null],
      ['acknowledge', said(plus(small.firstWave, 48 * HOUR_MS)), null],
      ['leak_report', null, DAY_MS],
      ['status_report', said(plus(small.disclosureAt, -DAY_MS)), null],
      ['return_copies', null, 7 * DAY_MS],
    ]);
  });

  test('a receipt meets the duty to acknowledge; who is silent the issuer can tell', async () => {
    const { bytes, delivery, manifestJson } = await fetched(firm);
    const claim = {
      delivery,
      manifestSha256: sha256(Buffer.from(manifestJson)),
      ciphertextSha256: sha256(bytes),
    };
    const signature = signer(firm.signSeed).sign(receiptSigningBytes(claim));
    await acknowledgeCopy(house.context, firm.caller, { ...claim, signature }, house.clock.now());
    house.clock.set(plus(small.firstWave, 48 * HOUR_MS));
    assert.ok((await states(firm)).includes('acknowledge done'));
    assert.ok((await states(silent)).includes('acknowledge overdue'));
    const { counts, members } = await issuers();
    const [acknowledged] = counts.filter(({ code }) => code === 'acknowledge');
    const none = { open: 0, late: 0, binding: 0 };
    assert.deepEqual(acknowledged, { code: 'acknowledge', ...none, done: 1, overdue: 1 });
    assert.deepEqual(
      members.map(({ participant }) => participant),
      [silent, firm].map(({ caller }) => caller.participant),
      'who is overdue stands first',
    );
  });

  test('a word about how it is affected is taken once, and another beside it', async () => {
    assert.equal((await report(firm, 'status_report', 'affected')).status, 200);
    const answers = [];
    for (const word of ['affected', 'fixed', 'fixed']) {
      house.clock.set(plus(house.clock.now(), HOUR_MS));
      answers.push(json<{ reported: boolean }>(await report(firm, 'status_report', word)).reported);
    }
    assert.deepEqual(answers, [false, true, false]);
    assert.ok((await states(firm)).includes('status_report done'));
    const own = (await issuers()).members.find(
      ({ participant }) => participant === firm.caller.participant,
    );
    const status = own?.obligations.find(({ code }) => code === 'status_report');
    assert.deepEqual([status?.state, status?.says], ['done', 'fixed']);
    const events = await house.context.store.issuer((tx) =>
      tx.selectFrom('event').select('id').where('type', '=', 'obligation_reported').execute(),
    );
    assert.equal(events.length, 2);
  });

  test('a leak of its own is reported, and investigators are told', async () => {
    const told = { what: 'the advisory', toWhom: 'a customer', prevention: 'another list' };
    const leak = (reader: TestReader, noticed: number, report: object = told) => {
      const noticedAt = said(plus(house.clock.now(), -noticed));
      return edge.post(`/v1/inbox/${small.alert}/leaks`, { noticedAt, report }, { by: reader });
    };
    const stranger = await joinReader(house, await admit(house, 'Stranger', { tier: 'entry' }));
    assert.equal((await leak(stranger, HOUR_MS)).status, 404, 'it sees nothing of the alert');
    assert.equal((await leak(firm, -1)).status, 400, 'noticed in the future');
    assert.equal((await leak(firm, HOUR_MS, { ...told, what: ' ' })).status, 400);
    const { prevention: _, ...two } = told;
    assert.equal((await leak(firm, HOUR_MS, two)).status, 400);
    assert.equal((await leak(firm, 2 * DAY_MS)).status, 201);
    assert.ok((await states(firm)).includes('leak_report late'));
    assert.equal((await leak(firm, HOUR_MS)).status, 201);
    assert.ok((await states(firm)).includes('leak_report done'), 'the last one counts');

    const path = `/v1/alerts/${small.alert}/leaks`;
    type Leaks = { leaks: { participant: string; noticedAt: string; report: object }[] };
    const { leaks } = json<Leaks>(await edge.get(path, house.tokens.author));
    assert.deepEqual(
      leaks.map(({ participant, report: says }) => [participant, says]),
      [1, 2].map(() => [firm.caller.participant, told]),
    );
    assert.equal(leaks[1]?.noticedAt, said(plus(house.clock.now(), -HOUR_MS)));
    const duties = `/v1/alerts/${small.alert}/duties`;
    const { items } = json<{ items: { code: string }[] }>(
      await edge.get(duties, house.tokens.author),
    );
    assert.equal(items.filter(({ code }) => code === 'LEAK_REPORT').length, 2);
    const work = `/v1/programmes/${house.programme}/work-items`;
    const list = json<{ items: { code: string }[] }>(await edge.get(work, house.tokens.author));
    assert.equal(list.items.filter(({ code }) => code === 'LEAK_REPORTED').length, 1);
  });

  test('what nobody asks for, or asks of another, answers as what there is not', async () => {
    const entry = await joinReader(house, await admit(house, 'Entry', { tier: 'entry' }));
    const unknown = await edge.get(`/v1/inbox/${firm.caller.id}`, firm.token);
    for (const [reader, code, word] of [
      [entry, 'status_report', 'affected'],
      [entry, 'return_copies', 'deleted'],
      [firm, 'return_copies', 'deleted'],
      [firm, 'acknowledge', 'fixed'],
      [firm, 'nothing', 'fixed'],
    ] as const) {
      const seen = await report(reader, code, word);
      assert.deepEqual(seen, unknown, code);
    }
    assert.equal((await report(firm, 'status_report', 'deleted')).status, 400);
  });

  test('who is suspended sees nothing, and can still say what became of its copies', async () => {
    const { context, approver, programme, clock } = house;
    const { participant } = firm.caller;
    const change = { to: 'suspended', reason: 'breach_suspected' } as const;
    await changeStanding(context, approver, programme, participant, change, clock.now());
    const suspendedAt = clock.now();
    assert.equal((await edge.get(`/v1/inbox/${small.alert}`, firm.token)).status, 404);
    assert.equal((await report(firm, 'status_report', 'protected')).status, 404);
    const copies = async () => {
      const own = (await issuers()).members.find((each) => each.participant === participant);
      const found = own?.obligations.find(({ code }) => code === 'return_copies');
      return [found?.state, found?.dueAt];
    };
    const due = said(plus(suspendedAt, 7 * DAY_MS));
    assert.deepEqual(await copies(), ['open', due]);
    clock.set(plus(suspendedAt, 7 * DAY_MS));
    assert.deepEqual(await copies(), ['overdue', due]);
    assert.equal((await report(firm, 'return_copies', 'deleted')).status, 200);
    clock.set(plus(clock.now(), 1));
    assert.deepEqual(await copies(), ['done', due], 'done at the very instant is in time');
  });

  test('at disclosure the embargo binds no longer, and no copy says that it does', async () => {
    house.clock.set(small.disclosureAt);
    await house.cycle();
    assert.ok(!(await states(silent)).some((each) => each.startsWith('keep_embargo')));
    const { manifest } = await fetched(silent);
    assert.ok(!('keep_embargo' in manifest.obligations.due));
    await assertInvariants(house);
  });
});
