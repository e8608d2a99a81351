/** What opens more of an approved alert than was approved is no one person's act. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AlertId, ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import type { PackFiles } from '../../src/programme/policy/create-programme.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  type House,
  joinReader,
  openHouse,
  readPack,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Waiting = { readonly proposal: string; readonly digest: string; readonly difference: object };

/** `mapp`, where the entry tier waits for a fix, and whoever employs the coordinator for T0. */
async function pack(): Promise<PackFiles> {
  const { files } = await readPack('mapp');
  const exceptions = `exceptions:
  fix-first: {reason: FIX_NOT_READY, when: {tier: [entry]}, until: fix_ready}
  employer: {reason: CONFLICT_OF_INTEREST, when: {involvement: [conflicted]}, until: T0}
`;
  const words = 'exceptions: {fix-first: a fix comes first, employer: the coordinator is theirs}\n';
  return {
    pack: 'opening',
    files: {
      ...files,
      'programme.yaml': `${files['programme.yaml']}\n${exceptions}`,
      'words.yaml': `${files['words.yaml']}\n${words}`,
    },
  };
}

describe('an act that opens more of an approved alert', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse({ pack: await pack() });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
  });
  after(() => house.tearDown());

  const join = async (name: string, change: Parameters<typeof admit>[2]): Promise<TestReader> =>
    joinReader(house, await admit(house, name, change));
  const post = async (path: string, body: object, by = author): Promise<Seen> =>
    edge.post(`/v1/alerts/${small.alert}/${path}`, body, by);
  const said = async <T>(path: string, body: object): Promise<T> => {
    const answer = await post(path, body);
    assert.equal(answer.status, 200, answer.body.toString());
    return json<T>(answer);
  };
  const involve = (participant: ParticipantId, involvement: string) =>
    said<{ involvement: string; proposal: Waiting | null }>('involvements', {
      participant,
      involvement,
    });
  const consent = (participant: ParticipantId, word: string) =>
    said<{ consent: string; proposal: Waiting | null }>('consents', { participant, consent: word });
  const happened = (kind: string) =>
    said<{ version: number; change: Waiting | null }>('events', { kind });
  const approveIt = async (waiting: Waiting | null, by = approver): Promise<number> => {
    assert.ok(waiting, 'expected it to wait for a second person');
    const { proposal, digest } = waiting;
    return (await edge.post(`/v1/alert-changes/${proposal}/approval`, { digest }, by)).status;
  };
  const pass = async (at: Parameters<House['clock']['set']>[0]) => {
    house.clock.set(at);
    await doDue(house.context, at);
  };
  const sees = async ({ token }: TestReader, alert: AlertId = small.alert): Promise<boolean> =>
    (await edge.get(`/v1/inbox/${alert}`, token)).status === 200;

  test('what somebody is to it, between the approval and the first wave', async () => {
    const firm = await join('Employer', { tier: 'validate' });
    const { participant } = firm.caller;
    small = await smallAlert(house);
    assert.deepEqual(await involve(participant, 'conflicted'), {
      involvement: 'conflicted',
      proposal: null,
    });
    const { involvement, proposal } = await involve(participant, 'none');
    assert.equal(involvement, 'conflicted', 'what is in force');
    assert.deepEqual(proposal?.difference, { participants: 1, more: 1, less: 0, everybody: false });
    await pass(small.firstWave);
    assert.equal(await sees(firm), false, 'the wave has opened without it');
    assert.equal(await approveIt(proposal, author), 403);
    const fresh = json<Waiting>(
      await edge.get(`/v1/alert-changes/${proposal?.proposal}`, approver.token),
    );
    assert.equal(await approveIt(fresh), 200);
    assert.equal(await sees(firm), true);
    await assertInvariants(house);
  });

  test('a consent that is set by hand; a refusal is in force at once', async () => {
    const firm = await join('Asked', { tier: 'validate', consentMode: 'per_alert' });
    const { participant } = firm.caller;
    small = await smallAlert(house);
    const { consent: inForce, proposal } = await consent(participant, 'signatory');
    assert.equal(inForce, 'no_embargo');
    await pass(small.firstWave);
    assert.equal(await sees(firm), false);
    const fresh = json<Waiting>(
      await edge.get(`/v1/alert-changes/${proposal?.proposal}`, approver.token),
    );
    assert.equal(await approveIt(fresh, author), 403);
    assert.equal(await approveIt(fresh), 200);
    assert.equal(await sees(firm), true, 'decided at once, for what is due already');
    assert.equal((await consent(participant, 'declined')).proposal, null);
    assert.equal(await sees(firm), false);
    await assertInvariants(house);
  });

  test('an event that opens something waits, and one that opens nothing is in force', async () => {
    const firm = await join('Entry', { tier: 'entry' });
    small = await smallAlert(house);
    await pass(plus(small.disclosureAt, -12 * HOUR_MS));
    const events = async () => (await readAlert(house.context, small.alert)).vulnerability.events;
    assert.equal((await happened('exploited')).change, null);
    assert.equal((await events()).exploitedAt, house.clock.now());
    const { change } = await happened('fix_ready');
    assert.equal((await events()).fixReadyAt, null);
    const path = `/v1/programmes/${house.programme}/work-items`;
    type Items = { items: { id: string; code: string; proposer: string | null }[] };
    const { items } = json<Items>(await edge.get(path, approver.token));
    assert.deepEqual(
      items
        .filter(({ id }) => id === change?.proposal)
        .map(({ code, proposer }) => [code, proposer]),
      [['CHANGE_PROPOSED', house.author.id]],
    );
    await doDue(house.context, house.clock.now());
    assert.equal(await sees(firm), false);
    assert.equal(await approveIt(change, author), 403);
    const at = house.clock.now();
    house.clock.set(plus(at, 1));
    const fresh = json<Waiting>(
      await edge.get(`/v1/alert-changes/${change?.proposal}`, approver.token),
    );
    assert.equal(await approveIt(fresh), 200);
    assert.equal((await events()).fixReadyAt, at, 'it happened when it was recorded');
    await doDue(house.context, house.clock.now());
    assert.equal(await sees(firm), true);
    assert.equal(await approveIt(fresh), 404, 'once');
    await assertInvariants(house);
  });

  test('who puts a proposal in force is no author: two persons approve it again', async () => {
    const firm = await join('Asked before', { tier: 'validate', consentMode: 'per_alert' });
    small = await smallAlert(house);
    const { proposal } = await consent(firm.caller.participant, 'signatory');
    assert.equal(await approveIt(proposal), 200);
    const { context, author: by, clock } = house;
    const { version } = await readAlert(context, small.alert);
    const later = plus(small.disclosureAt, HOUR_MS);
    await moveDisclosure(context, by, small.alert, version, later, clock.now());
    await assert.rejects(approve({ ...house, approver: by }, small.alert), {
      code: 'SECOND_PERSON',
    });
    await approve(house, small.alert);
    await assertInvariants(house);
  });
});
