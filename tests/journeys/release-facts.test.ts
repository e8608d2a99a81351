/** Whatever the policy may turn on is stored, is the issuer's to change, and is decided at once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { NO_PROFILE, type Profile } from '../../src/domain/enrolment.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, parseInstant, plus } from '../../src/domain/instant.ts';
import { approveAlert } from '../../src/programme/alert/approve-alert.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import type { Waiting } from '../../src/programme/member/member-change.ts';
import { comparePolicies } from '../../src/programme/policy/compare-policies.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { factsFingerprint } from '../../src/store/policy-store.ts';
import { wavesOf } from '../../src/store/release-store.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { fullPack } from '../support/full-pack.ts';
import {
  admit,
  approve,
  confirmed,
  draftExample,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

const CERTIFIED: Profile = {
  ...NO_PROFILE,
  products: ['kernel'],
  criteria: { certified: parseInstant('2027-01-01T00:00:00Z') },
};
const SHOWN = {
  ...{ roles: ['distributor'], products: ['kernel'], addenda: [], maxEmbargoMs: null },
  criteria: { certified: '2027-01-01T00:00:00Z' },
};

const KERNEL = {
  ...{ severity: 'high', vector: 'network', impacts: ['code_execution'], score: 8.8 },
  ...{ products: ['kernel'], discovery: 'human' },
};

type Proposal = { readonly proposal: string; readonly digest: string; readonly difference: object };
type Proposed = { readonly proposal: Proposal | null };

describe('the facts a release turns on', () => {
  let house: House;
  let edge: Edge;
  let operator: { token: string };
  let alert: AlertId;
  let artifact: ArtifactId;
  let member: ParticipantId;
  let reader: TestReader;
  let bare: ParticipantId;

  const pathOf = (participant: ParticipantId) =>
    `/v1/programmes/${house.programme}/participants/${participant}`;

  const stated = () => {
    const { profile: _, ...facts } = enrolment({ tier: 'validate' });
    const until = formatInstant(parseInstant('2027-01-01T00:00:00Z'));
    const agreement = { signedAt: '2025-01-01T00:00:00Z', expiresAt: until };
    return { ...facts, agreement, duty: { ...facts.duty, expiresAt: until } };
  };

  async function mayFetch(who: TestReader = reader): Promise<boolean> {
    const asked = serveCopy(house.context, who.caller, { alert, artifact }, house.clock.now());
    return asked.then(
      () => true,
      (error: { code?: string }) => {
        assert.equal(error.code, 'NOT_FOUND');
        return false;
      },
    );
  }

  async function post(path: string, body: unknown, status = 200): Promise<string> {
    const answer = await edge.post(path, body, operator);
    assert.equal(answer.status, status, answer.body.toString());
    const { proposal } = json<{ proposal?: Waiting | null }>(answer);
    // What is about participants is confirmed here; of alerts it is the tests' own matter.
    if (proposal?.change !== undefined) await confirmed(house, proposal);
    return answer.body.toString();
  }

  /** What waits for a second person, if it does. */
  const proposedBy = async (path: string, body: object): Promise<Proposal | null> => {
    const answer = JSON.parse(await post(`/v1/alerts/${alert}/${path}`, body)) as Proposed;
    return answer.proposal;
  };
  const approveIt = ({ proposal, digest }: Proposal, token = house.tokens.approver) =>
    edge.post(`/v1/alert-changes/${proposal}/approval`, { digest }, { token });
  /** By one person, and by a second one where that is asked for. */
  const change = async (path: string, body: object): Promise<void> => {
    const proposal = await proposedBy(path, body);
    if (proposal !== null) assert.equal((await approveIt(proposal)).status, 200);
  };
  const assess = (assessment: object) => change('assessment', assessment);

  before(async () => {
    house = await openHouse({ pack: await fullPack() });
    edge = openEdge(house);
    operator = { token: house.tokens.author };
    member = await admit(house, 'Member', { tier: 'validate', profile: CERTIFIED });
    bare = await admit(house, 'Bare', { tier: 'validate' });
    reader = await joinReader(house, member);
    const drafted = await draftExample(house);
    alert = drafted.alert;
    artifact = drafted.artifacts.get('advisory.md') ?? artifact;
    await assess(KERNEL);
    await approve(house, alert);
    house.clock.set(plus(T0, -10 * DAY_MS));
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());

  describe('a profile', () => {
    test('names only what the policy in force knows; the field is named otherwise', async () => {
      const path = `${pathOf(bare)}/enrolment`;
      const wrong: readonly (readonly [object, string])[] = [
        [{ products: ['kernel', 'toaster'] }, 'enrolment.profile.products[1]'],
        [{ criteria: { famous: '2027-01-01T00:00:00Z' } }, 'enrolment.profile.criteria'],
      ];
      for (const [slip, field] of wrong) {
        const profile = { ...SHOWN, ...slip };
        const answer = await edge.post(path, { enrolment: { ...stated(), profile } }, operator);
        assert.equal(answer.status, 400, answer.body.toString());
        assert.equal(json<{ field: string }>(answer).field, field);
      }
      const tier = { ...stated(), tier: 'platinum' };
      assert.equal((await edge.post(path, { enrolment: tier }, operator)).status, 400);
    });

    test('opens what waits for it, at once; a client that does not know it leaves it', async () => {
      const other = await joinReader(house, bare);
      assert.equal(await mayFetch(other), false);
      const path = `${pathOf(bare)}/enrolment`;
      await post(path, { enrolment: { ...stated(), profile: SHOWN } });
      assert.equal(await grants(house, bare), 1);
      assert.equal(await mayFetch(other), true);
      await post(path, { enrolment: stated() });
      const view = json<{ enrolment: { profile: unknown } }>(
        await edge.get(pathOf(bare), operator.token),
      );
      assert.deepEqual(view.enrolment.profile, SHOWN);
      await assertInvariants(house);
    });

    test('its evidence ends to the millisecond', async () => {
      const other = await joinReader(house, bare);
      const end = plus(house.clock.now(), 1);
      const profile = { ...SHOWN, criteria: { certified: formatInstant(end) } };
      await post(`${pathOf(bare)}/enrolment`, { enrolment: { ...stated(), profile } });
      assert.equal(await mayFetch(other), true);
      house.clock.set(end);
      assert.equal(await mayFetch(other), false);
    });

    test('an embargo it does not keep so long opens between waves, without an act', async () => {
      const opens = plus(T0, -9 * DAY_MS);
      const profile = { ...SHOWN, maxEmbargoMs: 9 * DAY_MS };
      const { participant } = JSON.parse(
        await post(
          `/v1/programmes/${house.programme}/participants`,
          { name: 'Short', enrolment: { ...stated(), profile } },
          201,
        ),
      ) as { participant: ParticipantId };
      assert.equal(await grants(house, participant), 0);
      house.clock.set(plus(opens, -1));
      await releaseDue(house.context, house.clock.now());
      assert.equal(await grants(house, participant), 0);
      house.clock.set(opens);
      await releaseDue(house.context, house.clock.now());
      assert.equal(await grants(house, participant), 1);
    });
  });

  describe('doubt of its confidentiality', () => {
    test('shuts everything when it is answered, and opens it again when it ends', async () => {
      assert.equal(await mayFetch(), true);
      await post(`${pathOf(member)}/doubt`, { doubted: true });
      assert.equal(await mayFetch(), false);
      const { lines } = await planAlert(house.context, alert);
      const [step] = lines.find((line) => line.participant === member)?.artifacts[0]?.steps ?? [];
      assert.deepEqual(step?.reasons, ['CONFIDENTIALITY_IN_DOUBT']);
      await post(`${pathOf(member)}/doubt`, { doubted: false });
      assert.equal(await mayFetch(), true);
    });
  });

  describe('what is known of the vulnerability', () => {
    test('is in every decision: who ships nothing affected gets nothing', async () => {
      assert.equal(await mayFetch(), true);
      await assess({ ...KERNEL, products: ['browser'] });
      assert.equal(await mayFetch(), false);
      const { lines } = await planAlert(house.context, alert);
      const [step] = lines.find((line) => line.participant === member)?.artifacts[0]?.steps ?? [];
      assert.deepEqual(step?.reasons, ['NOT_AFFECTED_PLATFORM']);
      await assess(KERNEL);
      await releaseDue(house.context, house.clock.now());
      assert.equal(await mayFetch(), true);
      await assertInvariants(house);
    });

    test('changed after a wave, it opens in a wave of that moment', async () => {
      const profile = { ...CERTIFIED, products: ['browser'] };
      const late = await admit(house, 'Browser maker', { tier: 'validate', profile });
      assert.equal(await grants(house, late), 0);
      house.clock.set(plus(house.clock.now(), 60_000));
      await assess({ ...KERNEL, products: ['kernel', 'browser'] });
      await releaseDue(house.context, house.clock.now());
      assert.equal(await grants(house, late), 1);
      const wave = await house.context.store.issuer((tx) => wavesOf(tx, alert));
      assert.ok(wave.some(({ at, state }) => at === house.clock.now() && state === 'done'));
    });

    test('names only products of the policy, and a score with one decimal', async () => {
      for (const slip of [{ products: ['toaster'] }, { score: 8.85 }, { score: 11 }]) {
        const body = { ...KERNEL, ...slip };
        const answer = await edge.post(`/v1/alerts/${alert}/assessment`, body, operator);
        assert.equal(answer.status, 400, JSON.stringify(slip));
      }
    });

    test('before the waves it voids an approval; whoever did it may not approve', async () => {
      const drafted = await draftExample(house);
      const { token, caller } = await person(house, 'Both', ['author', 'approver']);
      const path = `/v1/alerts/${drafted.alert}/assessment`;
      const body = { ...KERNEL, severity: 'critical' };
      const answer = await edge.post(path, body, { token, ifMatch: '99' });
      assert.equal(answer.status, 412);
      assert.equal((await edge.post(path, body, { token })).status, 200);
      const { digest } = await planAlert(house.context, drafted.alert);
      const now = house.clock.now();
      await assert.rejects(approveAlert(house.context, caller, drafted.alert, digest, now), {
        code: 'SECOND_PERSON',
      });
      await approve(house, drafted.alert);
      assert.equal((await edge.post(path, KERNEL, { token })).status, 200);
      const view = await readAlert(house.context, drafted.alert);
      assert.deepEqual([view.state, view.approval, view.waves], ['draft', null, []]);
    });

    describe('where something would open by it under way', () => {
      let waiting: Proposal;
      let late: TestReader;
      const both = { ...KERNEL, products: ['kernel', 'browser'] };

      test('one author alone opens nothing', async () => {
        await assess(KERNEL);
        await releaseDue(house.context, house.clock.now());
        const profile = { ...CERTIFIED, products: ['browser'] };
        late = await joinReader(house, await admit(house, 'Late', { tier: 'validate', profile }));
        const before = await readAlert(house.context, alert);
        const proposal = await proposedBy('assessment', both);
        assert.ok(proposal);
        waiting = proposal;
        // Both browser makers of these tests, and nobody less: the kernel stays.
        assert.deepEqual(
          { ...waiting.difference, participants: 0 },
          { participants: 0, more: 2, less: 0, everybody: false },
        );
        await releaseDue(house.context, house.clock.now());
        const { version, vulnerability, waves } = await readAlert(house.context, alert);
        assert.deepEqual(
          [version, vulnerability, waves],
          [before.version, before.vulnerability, before.waves],
        );
        assert.equal(await mayFetch(late), false);
      });

      test('nor does the same person twice, or another by an old plan’s digest', async () => {
        const { token } = await person(house, 'Busy', ['author', 'approver']);
        const own = json<Proposed>(
          await edge.post(`/v1/alerts/${alert}/assessment`, both, { token }),
        ).proposal;
        assert.ok(own);
        const refused = await approveIt(own, token);
        assert.equal(json<{ code: string }>(refused).code, 'SECOND_PERSON');
        await admit(house, 'Later', { tier: 'validate' });
        const stale = await approveIt(waiting);
        assert.equal(json<{ code: string }>(stale).code, 'APPROVAL_VOID');
        assert.equal(await mayFetch(late), false);
      });

      test('a second person who has seen it does, once', async () => {
        const path = `/v1/alert-changes/${waiting.proposal}`;
        const seen = json<Proposal & { assessment: object }>(
          await edge.get(path, house.tokens.approver),
        );
        assert.deepEqual(seen.assessment, both);
        assert.equal((await approveIt(seen)).status, 200);
        await releaseDue(house.context, house.clock.now());
        assert.equal(await mayFetch(late), true);
        assert.equal((await approveIt(seen)).status, 404, 'once');
        await assertInvariants(house);
      });

      test('what takes away, or changes nothing, needs nobody else', async () => {
        assert.equal(await proposedBy('assessment', both), null);
        assert.equal(await proposedBy('assessment', KERNEL), null);
        assert.equal(await mayFetch(late), false);
        const { participant } = late.caller;
        const shut = { participant, involvement: 'conflicted' };
        assert.equal(await proposedBy('involvements', shut), null);
        await assess(both);
        assert.equal(await mayFetch(late), false, 'it has a conflict of interest');
        const open = { participant, involvement: 'none' };
        const opening = await proposedBy('involvements', open);
        assert.ok(opening);
        assert.equal(await mayFetch(late), false);
        const { involvement } = json<{ involvement: object }>(
          await edge.get(`/v1/alert-changes/${opening.proposal}`, house.tokens.approver),
        );
        assert.deepEqual(involvement, open);
        assert.equal((await approveIt(opening)).status, 200);
        assert.equal(await mayFetch(late), true);
        await assess(KERNEL);
      });
    });

    test('lies nowhere in clear', async () => {
      const rows = await house.context.store.issuer((tx) =>
        sql<{ row: string }>`select row_to_json(alert)::text as row from alert
          union all select row_to_json(alert_change)::text from alert_change`.execute(tx),
      );
      for (const { row } of rows.rows) assert.doesNotMatch(row, /kernel|code_execution|critical/);
    });
  });

  describe('what it is to one alert', () => {
    const involve = (involvement: string) =>
      change('involvements', { participant: member, involvement });

    test('a conflict of interest shuts it out of that alert, and is undone', async () => {
      assert.equal(await mayFetch(), true);
      await involve('conflicted');
      assert.equal(await mayFetch(), false);
      const { lines } = await planAlert(house.context, alert);
      const [step] = lines.find((line) => line.participant === member)?.artifacts[0]?.steps ?? [];
      assert.deepEqual(step?.reasons, ['CONFLICT_OF_INTEREST']);
      await involve('reporter');
      assert.equal(await mayFetch(), true);
    });

    test('it changes what an approval of a policy was given over', async () => {
      const print = () => house.context.store.issuer((tx) => factsFingerprint(tx, house.programme));
      const prints = [await print()];
      await involve('upstream');
      prints.push(await print());
      await post(`${pathOf(member)}/doubt`, { doubted: true });
      prints.push(await print());
      assert.equal(new Set(prints).size, 3);
      await post(`${pathOf(member)}/doubt`, { doubted: false });
    });

    test('a policy diff knows it: who is shut out anyway neither gains nor loses', async () => {
      const full = await fullPack();
      const table = full.files['programme.yaml']?.replace('validate: 14d', 'validate: 7d') ?? '';
      const policy = { ...full.files, 'programme.yaml': table };
      const losing = async () => {
        const { context, programme, clock } = house;
        const now = clock.now();
        const shown = await comparePolicies(
          context,
          programme,
          { before: null, after: policy },
          now,
        );
        return shown.lines.some((line) => line.alert === alert && line.participant === member);
      };
      assert.equal(await losing(), true);
      await involve('conflicted');
      assert.equal(await losing(), false);
      await involve('none');
      await post(`${pathOf(member)}/doubt`, { doubted: true });
      assert.equal(await losing(), false);
      await post(`${pathOf(member)}/doubt`, { doubted: false });
    });
  });
});

async function grants(house: House, participant: ParticipantId): Promise<number> {
  return house.context.store.issuer(async (tx) => {
    const rows = tx.selectFrom('release_grant').select('wave_at');
    return (await rows.where('participant_id', '=', participant).execute()).length;
  });
}
