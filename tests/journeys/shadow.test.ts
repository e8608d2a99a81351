/** A policy in shadow: everything is decided and logged, and nothing sent, until it is live. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ArtifactId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, type Instant, plus } from '../../src/domain/instant.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  draftExample,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  readPack,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('a policy in shadow', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let early: TestReader;
  let ids: Record<'early' | 'late' | 'bound', ParticipantId>;
  let small: { alert: string; artifact: ArtifactId; firstWave: Instant; disclosureAt: Instant };

  before(async () => {
    const { pack, files } = await readPack('mapp');
    const programme = `${files['programme.yaml']}\nmode: shadow\n`;
    house = await openHouse({ pack: { pack, files: { ...files, 'programme.yaml': programme } } });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    ids = {
      early: await admit(house, 'Early', { tier: 'validate' }),
      late: await admit(house, 'Late', { tier: 'entry' }),
      bound: await admit(house, 'Bound', { tier: 'validate', duty: REPORTS_TO_GOVERNMENT }),
    };
    early = await joinReader(house, ids.early);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(() => house.tearDown());

  const copy = () =>
    edge.get(`/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`, early.token);
  const items = async (path: string) =>
    json<{ items: unknown[] }>(await edge.get(path, early.token)).items;
  const stored = (table: 'shadow_grant' | 'release_grant' | 'notice' | 'publication') =>
    house.context.store.issuer((tx) => tx.selectFrom(table).selectAll().execute());

  test('logs what it would have given, and gives and says nothing', async () => {
    const logged = await stored('shadow_grant');
    assert.deepEqual(
      logged.map((row) => [row.participant_id, row.artifacts]),
      [[ids.early, [small.artifact]]],
    );
    const events = await house.context.store.issuer((tx) =>
      tx
        .selectFrom('event')
        .select('type')
        .where('type', 'in', ['granted', 'shadow_granted'])
        .execute(),
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ['shadow_granted'],
    );
    assert.deepEqual([await items('/v1/inbox'), await items('/v1/notices')], [[], []]);
    assert.equal((await copy()).status, 404);
    assert.deepEqual([await stored('release_grant'), await stored('notice')], [[], []]);
    const invited = await edge.post(`/v1/alerts/${small.alert}/invitations`, {}, author);
    assert.equal(invited.status, 409);
  });

  test('is compared with what was really sent', async () => {
    const at = formatInstant(plus(small.firstWave, 1_000));
    const list = [
      'participant,artifact,at',
      `Early,advisory.txt,${at}`,
      `${ids.late},advisory.txt,${at}`,
      `Bound,,${at}`,
      `Nobody,advisory.txt,${at}`,
      `Early,other.txt,${at}`,
    ].join('\n');
    type Compared = {
      findings: { line: number; verdict: string; from: string | null; reason: string | null }[];
      notSent: { participant: string; artifacts: string[] }[];
    };
    const path = `/v1/alerts/${small.alert}/sent-comparison`;
    const full = json<Compared>(await edge.post(path, Buffer.from(list), author));
    assert.deepEqual(
      full.findings.map(({ line, verdict, from, reason }) => [line, verdict, from, reason]),
      [
        [2, 'as_decided', null, null],
        [3, 'too_early', formatInstant(plus(small.disclosureAt, -DAY_MS)), 'TOO_EARLY'],
        [4, 'denied', null, 'LEGAL_DUTY'],
        [5, 'unknown_participant', null, null],
        [6, 'unknown_artifact', null, null],
      ],
    );
    assert.deepEqual(full.notSent, []);
    const none = await edge.post(path, Buffer.from('participant,at\n'), author);
    assert.deepEqual(json<Compared>(none).notSent, [
      { participant: ids.early, artifacts: [small.artifact] },
    ]);
    // Rows that name no artifact are worth as many as the alert has: no list stops everybody else.
    const drafted = await draftExample(house);
    const rows = Math.floor(20_000 / drafted.artifacts.size) + 1;
    const long = `participant,at\n${`Early,${at}\n`.repeat(rows)}`;
    const example = `/v1/alerts/${drafted.alert}/sent-comparison`;
    assert.equal((await edge.post(example, Buffer.from(long), author)).status, 413);
    const broken = await edge.post(path, Buffer.from('participant,at\nEarly,soon\n'), author);
    assert.deepEqual([broken.status, json<{ field: string }>(broken).field], [400, 'line 2, at']);
  });

  test('goes live by two persons, who are told that sending starts; then all is sent', async () => {
    const { files } = await readPack('mapp');
    const proposals = `/v1/programmes/${house.programme}/policy/proposals`;
    type Proposed = { proposal: string; digest: string; comparison: { sending: string } };
    const proposed = json<Proposed>(await edge.post(proposals, { pack: 'mapp', files }, author));
    assert.equal(proposed.comparison.sending, 'starts');
    const path = `/v1/policy-proposals/${proposed.proposal}/approval`;
    const { digest } = proposed;
    house.clock.set(plus(house.clock.now(), 60_000));
    assert.equal((await edge.post(path, { digest }, author)).status, 403);
    const approver = { token: house.tokens.approver };
    assert.equal((await edge.post(path, { digest }, approver)).status, 200);
    await house.cycle();
    assert.equal((await items('/v1/inbox')).length, 1);
    assert.equal((await items('/v1/notices')).length, 1);
    assert.equal((await copy()).status, 200);
    house.clock.set(small.disclosureAt);
    await house.cycle();
    assert.equal((await stored('publication')).length, 1);
    await assertInvariants(house);
  });
});

test('a shadow casts nothing at disclosure either', async () => {
  const { pack, files } = await readPack('mapp');
  const programme = `${files['programme.yaml']}\nmode: shadow\n`;
  const house = await openHouse({
    pack: { pack, files: { ...files, 'programme.yaml': programme } },
  });
  try {
    await admit(house, 'Early', { tier: 'validate' });
    const { disclosureAt } = await smallAlert(house);
    house.clock.set(disclosureAt);
    await house.cycle();
    const published = await house.context.store.issuer((tx) =>
      tx.selectFrom('publication').selectAll().execute(),
    );
    assert.deepEqual(published, []);
  } finally {
    await house.tearDown();
  }
});

test('nor does one that comes over a live policy: no move is told, nobody invited', async () => {
  const house = await openHouse();
  try {
    const edge = openEdge(house);
    const author = { token: house.tokens.author };
    const approver = { token: house.tokens.approver };
    const early = await joinReader(house, await admit(house, 'Early', { tier: 'validate' }));
    const per = { tier: 'entry', consentMode: 'per_alert' } as const;
    const askedId = await admit(house, 'Asked', per);
    const asked = await joinReader(house, askedId);
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const deadline = plus(small.disclosureAt, -2 * DAY_MS);
    const request = { alert: small.alert, participant: askedId, deadline };
    await inviteToEmbargo(house.context, house.author, request, house.clock.now());
    const shownTo = async ({ token }: TestReader, path: string) =>
      json<{ items: object[] }>(await edge.get(path, token)).items.length;
    const told = async () => [
      await shownTo(early, '/v1/notices'),
      await shownTo(asked, '/v1/notices'),
      await shownTo(asked, '/v1/invitations'),
    ];
    assert.deepEqual(await told(), [1, 1, 1]);

    const { pack, files } = await readPack('mapp');
    const programme = `${files['programme.yaml']}\nmode: shadow\n`;
    const stated = { pack, files: { ...files, 'programme.yaml': programme } };
    const proposals = `/v1/programmes/${house.programme}/policy/proposals`;
    type Proposed = { proposal: string; digest: string };
    const policy = json<Proposed>(await edge.post(proposals, stated, author));
    house.clock.set(plus(house.clock.now(), 60_000));
    const path = `/v1/policy-proposals/${policy.proposal}/approval`;
    assert.equal((await edge.post(path, { digest: policy.digest }, approver)).status, 200);
    assert.deepEqual(await told(), [0, 0, 0]);

    const disclosureAt = formatInstant(plus(small.disclosureAt, DAY_MS));
    const moves = `/v1/alerts/${small.alert}/disclosure/proposals`;
    const move = json<Proposed>(await edge.post(moves, { disclosureAt }, author));
    const moved = await edge.post(
      `/v1/disclosure-proposals/${move.proposal}/approval`,
      { digest: move.digest },
      approver,
    );
    assert.equal(json<{ noticed: number }>(moved).noticed, 0);
    await house.cycle();
    assert.deepEqual(await told(), [0, 0, 0]);
  } finally {
    await house.tearDown();
  }
});
