import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { InvitationId } from '../../src/domain/embargo.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import type { AlertId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { type Invited, inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { lapseInvitations } from '../../src/programme/alert/lapse-invitations.ts';
import { approveMove, proposeMove } from '../../src/programme/alert/move-disclosure.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { publishNow } from '../../src/programme/alert/publish-now.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  enrolment,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  restate,
  stand,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Stage = 'before_commit' | 'after_commit';
type Small = Awaited<ReturnType<typeof smallAlert>>;
type Shown = { readonly id: string; readonly terms: { until: string }; readonly deadline: string };

/** Fails the next commit of the issuer's login at this stage, once. */
let armed: Stage | null = null;

function fault(stage: Stage): void {
  if (armed !== stage) return;
  armed = null;
  throw new TocsinError('STORE_UNAVAILABLE', 'a fault of the test');
}

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const ASKED = { tier: 'validate', consentMode: 'per_alert' } as const;

describe('consent to the embargo of one alert', () => {
  let house: House;
  let edge: Edge;
  let firms = 0;

  before(async () => {
    house = await openHouse({ fault });
    edge = openEdge(house);
  });
  after(() => house.tearDown());
  afterEach(() => assertInvariants(house));

  const firm = async (change: Partial<Enrolment> = {}): Promise<TestReader> => {
    firms += 1;
    return joinReader(house, await admit(house, `Firm ${firms}`, { ...ASKED, ...change }));
  };
  const invite = (
    alert: AlertId,
    more: { deadline?: Instant; participant?: ParticipantId } = {},
  ): Promise<Invited> =>
    inviteToEmbargo(
      house.context,
      house.author,
      { alert, deadline: more.deadline ?? null, participant: more.participant ?? null },
      house.clock.now(),
    );
  /** An alert that only these firms are asked about: each by itself. */
  const inviteEach = async (small: Small, deadline: Instant, readers: readonly TestReader[]) => {
    for (const { caller } of readers) {
      await invite(small.alert, { deadline, participant: caller.participant });
    }
  };
  const shown = async ({ token }: TestReader): Promise<readonly Shown[]> =>
    json<{ items: readonly Shown[] }>(await edge.get('/v1/invitations', token)).items;
  const sole = async (reader: TestReader): Promise<Shown> => {
    const [first, ...others] = await shown(reader);
    assert.ok(first && others.length === 0, 'one invitation is open');
    return first;
  };
  const reply = (reader: TestReader, id: string, word: string, key?: string): Promise<Seen> =>
    edge.post(
      `/v1/invitations/${id}/answer`,
      { answer: word },
      { by: reader, ...(key === undefined ? {} : { key }) },
    );
  const fetchCopy = ({ caller }: TestReader, small: Small) =>
    serveCopy(house.context, caller, small, house.clock.now());
  const consentOf = async (small: Small, { caller }: TestReader): Promise<string | undefined> =>
    house.context.store.issuer(async (tx) => {
      const row = await tx
        .selectFrom('consent')
        .select('consent')
        .where('alert_id', '=', small.alert)
        .where('participant_id', '=', caller.participant)
        .executeTakeFirst();
      return row?.consent;
    });

  test('an invitation that says more than id, terms and deadline', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    const { invited } = await invite(small.alert, { deadline: small.firstWave });
    assert.ok(invited.includes(reader.caller.participant));
    const { items, ...page } = json<{ items: readonly Shown[]; next: null }>(
      await edge.get('/v1/invitations', reader.token),
    );
    assert.deepEqual(page, { next: null });
    assert.deepEqual(items, [
      {
        id: items[0]?.id,
        terms: { until: formatInstant(small.disclosureAt) },
        deadline: formatInstant(small.firstWave),
      },
    ]);
    assert.notEqual(items[0]?.id, small.alert);
    const notices = json<{ items: { kind: string }[] }>(
      await edge.get('/v1/notices', reader.token),
    );
    assert.deepEqual(
      notices.items.map((notice) => Object.keys(notice).sort()),
      [['at', 'id', 'kind']],
    );
    assert.equal(notices.items[0]?.kind, 'invitation_waits');
    const inbox = await edge.get('/v1/inbox', reader.token);
    assert.deepEqual(json(inbox), { items: [], next: null });
    const alone = await house.context.store
      .participant(reader.caller.participant, (tx) =>
        sql`select alert_id from embargo_invitation`.execute(tx).then(
          () => 'read',
          () => 'refused',
        ),
      )
      .catch(() => 'refused');
    assert.equal(alone, 'refused', 'its login cannot read which alert it is');
  });

  test('an invitation to somebody whom consent would bring nothing before T0', async () => {
    const bound = await firm({ duty: REPORTS_TO_GOVERNMENT });
    const away = await firm({ standing: 'suspended' });
    const unsigned = await firm({ agreement: null });
    const standing = await firm({ consentMode: 'standing' });
    const good = await firm();
    const small = await smallAlert(house);
    const { invited, passedOver } = await invite(small.alert, { deadline: small.firstWave });
    const told = new Set(invited);
    for (const reader of [bound, away, unsigned, standing]) {
      assert.ok(!told.has(reader.caller.participant));
      assert.equal((await shown(reader)).length, 0);
      assert.deepEqual(json(await edge.get('/v1/notices', reader.token)), {
        items: [],
        next: null,
      });
      await assert.rejects(
        invite(small.alert, { deadline: small.firstWave, participant: reader.caller.participant }),
        { code: 'CONFLICT' },
      );
    }
    assert.ok(told.has(good.caller.participant));
    assert.ok(passedOver >= 3);
    const again = await invite(small.alert, { deadline: small.firstWave });
    assert.deepEqual(again.invited, [], 'nobody is asked twice while an invitation is open');
  });

  test('an answer after which a signatory waits, or a refusal gets a copy', async () => {
    const [yes, no, mute] = [await firm(), await firm(), await firm()];
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [yes, no, mute]);
    assert.equal((await reply(yes, (await sole(yes)).id, 'accept')).status, 200);
    assert.equal((await reply(no, (await sole(no)).id, 'decline')).status, 200);
    assert.equal((await shown(yes)).length, 0, 'an answered invitation is gone');
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.ok((await fetchCopy(yes, small)).bytes.length > 0);
    for (const reader of [no, mute]) {
      await assert.rejects(fetchCopy(reader, small), { code: 'NOT_FOUND' });
      assert.equal(await consentOf(small, reader), 'declined');
    }
    const { invited } = await invite(small.alert, { deadline: small.disclosureAt });
    assert.ok(!invited.includes(no.caller.participant), 'who said no is not asked with the others');
    assert.ok(invited.includes(mute.caller.participant), 'who said nothing is');
    await invite(small.alert, { deadline: small.disclosureAt, participant: no.caller.participant });
    assert.equal((await reply(no, (await sole(no)).id, 'accept')).status, 200);
    assert.ok((await fetchCopy(no, small)).bytes.length > 0, 'a late consent is decided at once');
  });

  test('[R37] an answer at the deadline, and one after it, worker or no worker', async () => {
    const [early, late] = [await firm(), await firm()];
    const small = await smallAlert(house);
    const deadline = plus(house.clock.now(), HOUR_MS);
    await inviteEach(small, deadline, [early, late]);
    const [first, second] = [await sole(early), await sole(late)];
    house.clock.set(plus(deadline, -1));
    assert.equal(await lapseInvitations(house.context, house.clock.now()), 0);
    assert.equal((await reply(early, first.id, 'accept')).status, 200);
    house.clock.set(deadline);
    assert.equal((await shown(late)).length, 0, 'gone at its deadline, before the worker runs');
    const refused = await reply(late, second.id, 'accept');
    assert.equal(await lapseInvitations(house.context, house.clock.now(), 1), 1);
    assert.equal(await lapseInvitations(house.context, house.clock.now(), 1), 0);
    assert.equal(await consentOf(small, late), 'declined');
    const unknown = await reply(late, UNKNOWN, 'accept');
    assert.equal(refused.status, 404);
    assert.deepEqual(refused, unknown);
    assert.deepEqual(
      await reply(late, second.id, 'accept'),
      unknown,
      'silence is never taken back',
    );
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.ok((await fetchCopy(early, small)).bytes.length > 0);
    await assert.rejects(fetchCopy(late, small), { code: 'NOT_FOUND' });
    await invite(small.alert, { participant: late.caller.participant });
    assert.notEqual((await sole(late)).id, second.id);
    assert.equal((await reply(late, (await sole(late)).id, 'accept')).status, 200);
    assert.ok((await fetchCopy(late, small)).bytes.length > 0);
  });

  test('an unknown id told from a foreign, malformed, answered or withdrawn one', async () => {
    const [reader, other] = [await firm(), await firm()];
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader, other]);
    const mine = await sole(reader);
    const unknown = await reply(reader, UNKNOWN, 'accept');
    assert.equal(unknown.status, 404);
    assert.deepEqual(await reply(other, mine.id, 'accept'), unknown);
    assert.deepEqual(await reply(reader, 'not-an-id', 'accept'), unknown);
    assert.equal((await reply(reader, mine.id, 'decline')).status, 200);
    assert.deepEqual(await reply(reader, mine.id, 'accept'), unknown);
    const theirs = await sole(other);
    const change = { alert: small.alert, participant: other.caller.participant } as const;
    const now = house.clock.now();
    await changeConsent(house.context, house.author, { ...change, consent: 'declined' }, now);
    assert.deepEqual(await reply(other, theirs.id, 'accept'), unknown);
  });

  test('an invitation that stays open to a suspended firm', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    const { id } = await sole(reader);
    const unknown = await reply(reader, UNKNOWN, 'accept');
    const standing = (to: 'suspended' | 'active') => stand(house, reader.caller.participant, to);
    const notices = async () =>
      json<{ items: readonly { kind: string }[] }>(
        await edge.get('/v1/notices', reader.token),
      ).items.map(({ kind }) => kind);
    assert.deepEqual(await notices(), ['invitation_waits']);
    await standing('suspended');
    assert.equal((await shown(reader)).length, 0);
    assert.deepEqual(await notices(), ['standing_changed'], 'its notice goes with it');
    assert.deepEqual(await reply(reader, id, 'accept'), unknown);
    assert.equal(await consentOf(small, reader), 'invited');
    await standing('active');
    assert.equal((await sole(reader)).id, id, 'reinstated in time, it may answer');
    await standing('suspended');
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.equal(await consentOf(small, reader), 'declined');
    await standing('active');
    await assert.rejects(fetchCopy(reader, small), { code: 'NOT_FOUND' });
    assert.deepEqual(await reply(reader, id, 'accept'), unknown);
  });

  test('silence that shuts out a firm which consents to every embargo by now', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    const standing = enrolment({ ...ASKED, consentMode: 'standing' });
    await restate(house, reader.caller.participant, standing);
    assert.equal((await shown(reader)).length, 0, 'it is asked nothing any more');
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.ok((await fetchCopy(reader, small)).bytes.length > 0);
  });

  for (const late of [false, true]) {
    const when = late ? 'after its deadline, the worker late' : 'before its deadline';
    test(`a T0 put off ${when} that shuts out who consents to every embargo by now`, async () => {
      const reader = await firm();
      const small = await smallAlert(house);
      const deadline = plus(house.clock.now(), HOUR_MS);
      await inviteEach(small, deadline, [reader]);
      const { context, author, clock } = house;
      const standing = enrolment({ ...ASKED, consentMode: 'standing' });
      const { participant } = reader.caller;
      await restate(house, participant, standing);
      if (late) clock.set(deadline);
      const { version } = await planAlert(context, small.alert);
      const later = plus(small.disclosureAt, DAY_MS);
      await moveDisclosure(context, author, small.alert, version, later, clock.now());
      await approve(house, small.alert);
      clock.set(plus(later, -14 * DAY_MS));
      await house.cycle();
      assert.ok((await fetchCopy(reader, small)).bytes.length > 0);
    });
  }

  test('a wave that goes before the answers to it are in', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    const { participant } = reader.caller;
    const late = plus(small.firstWave, 1);
    const refusal = (code: string) => ({
      code,
      field: 'deadline',
      message: new RegExp(`${formatInstant(small.firstWave)}.*${formatInstant(late)}`),
    });
    await assert.rejects(
      invite(small.alert, { deadline: late, participant }),
      refusal('INVALID_INPUT'),
    );
    await assert.rejects(invite(small.alert, { participant }), { code: 'INVALID_INPUT' });
    await invite(small.alert, { deadline: small.firstWave, participant });
    const now = house.clock.now();
    const { context, author } = house;
    const move = async (to: Instant) => {
      const { version } = await planAlert(context, small.alert);
      await moveDisclosure(context, author, small.alert, version, to, now);
    };
    await move(plus(small.disclosureAt, -1));
    assert.equal((await shown(reader)).length, 0, 'what is not approved is not offered');
    await assert.rejects(approve(house, small.alert), {
      code: 'CONFLICT',
      field: 'deadline',
      message: new RegExp(formatInstant(small.firstWave)),
    });
    const sooner = plus(small.disclosureAt, -1);
    await move(plus(sooner, -HOUR_MS));
    await changeConsent(
      context,
      author,
      { alert: small.alert, participant, consent: 'declined' },
      now,
    );
    await approve(house, small.alert);
  });

  test('longer terms that bind whoever has seen shorter ones only', async () => {
    const [bound, asked] = [await firm(), await firm()];
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [bound, asked]);
    assert.equal((await reply(bound, (await sole(bound)).id, 'accept')).status, 200);
    const stale = await sole(asked);
    const move = async (to: Instant) => {
      const { context, author, clock } = house;
      const { version } = await planAlert(context, small.alert);
      await moveDisclosure(context, author, small.alert, version, to, clock.now());
      await approve(house, small.alert);
    };
    await move(plus(small.disclosureAt, DAY_MS));
    assert.equal(await consentOf(small, bound), 'lapsed');
    assert.equal(await consentOf(small, asked), 'lapsed');
    assert.equal((await reply(asked, stale.id, 'accept')).status, 404);
    const { invited } = await invite(small.alert, { deadline: small.firstWave });
    assert.ok(invited.includes(bound.caller.participant));
    assert.ok(invited.includes(asked.caller.participant));
    assert.equal((await reply(bound, (await sole(bound)).id, 'accept')).status, 200);
    await move(small.disclosureAt);
    assert.equal(await consentOf(small, bound), 'signatory', 'shorter terms bind');
    const { terms } = await sole(asked);
    assert.equal(terms.until, formatInstant(small.disclosureAt));
  });

  test('a T0 put off under way that holds signatories to what they have not seen', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    assert.equal((await reply(reader, (await sole(reader)).id, 'accept')).status, 200);
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.ok((await fetchCopy(reader, small)).bytes.length > 0);
    const { context, author, approver, clock } = house;
    const later = plus(small.disclosureAt, DAY_MS);
    const { proposal, digest } = await proposeMove(
      context,
      author,
      small.alert,
      later,
      clock.now(),
    );
    await approveMove(context, approver, proposal, digest, clock.now());
    assert.equal(await consentOf(small, reader), 'lapsed');
    await assert.rejects(fetchCopy(reader, small), { code: 'NOT_FOUND' });
    clock.set(plus(later, -14 * DAY_MS));
    await house.cycle();
    await invite(small.alert, { participant: reader.caller.participant });
    const again = await sole(reader);
    assert.equal(again.terms.until, formatInstant(later));
    assert.equal((await reply(reader, again.id, 'accept')).status, 200);
    assert.ok((await fetchCopy(reader, small)).bytes.length > 0);
  });

  test('a refusal by silence to an embargo that was over before the deadline', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    const { id } = await sole(reader);
    const unknown = await reply(reader, UNKNOWN, 'accept');
    const now = house.clock.now();
    await publishNow(house.context, house.author, small.alert, 'exploited', now);
    assert.equal((await shown(reader)).length, 0);
    assert.deepEqual(await reply(reader, id, 'accept'), unknown);
    house.clock.set(small.firstWave);
    await house.cycle();
    assert.equal(await consentOf(small, reader), 'no_embargo');
  });

  for (const stage of ['before_commit', 'after_commit'] as const) {
    test(`an answer lost or counted twice when its commit fails, ${stage}`, async () => {
      const reader = await firm();
      const small = await smallAlert(house);
      house.clock.set(small.firstWave);
      await house.cycle();
      await invite(small.alert, { participant: reader.caller.participant });
      const { id } = await sole(reader);
      const key = `an-answer-${stage}`;
      armed = stage;
      assert.equal((await reply(reader, id, 'accept', key)).status, 503);
      assert.equal(armed, null, 'the fault struck');
      const kept = stage === 'after_commit';
      assert.equal(await consentOf(small, reader), kept ? 'signatory' : 'invited');
      await assertInvariants(house);
      const again = await reply(reader, id, 'accept', key);
      assert.deepEqual(json(again), { invitation: id as InvitationId, answer: 'accept' });
      assert.equal(await consentOf(small, reader), 'signatory');
      assert.ok((await fetchCopy(reader, small)).bytes.length > 0);
    });
  }

  test('a refusal by silence to what could not be answered, of a draft again', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    const { version } = await planAlert(house.context, small.alert);
    const sooner = plus(small.disclosureAt, -1);
    const now = house.clock.now();
    await moveDisclosure(house.context, house.author, small.alert, version, sooner, now);
    house.clock.set(small.firstWave);
    assert.equal(await lapseInvitations(house.context, house.clock.now()), 1);
    assert.equal(await consentOf(small, reader), 'no_embargo');
    await approve(house, small.alert);
    await invite(small.alert, { deadline: sooner });
    assert.equal((await reply(reader, (await sole(reader)).id, 'accept')).status, 200);
  });

  test('an invitation while nobody knows what time it is', async () => {
    const reader = await firm();
    const small = await smallAlert(house);
    await inviteEach(small, small.firstWave, [reader]);
    const { id } = await sole(reader);
    const began = house.clock.now();
    await house.cycle();
    const doubt = (at: Date | null) =>
      house.context.store.issuer((tx) =>
        tx.updateTable('clock_mark').set({ doubted_at: at }).execute(),
      );
    await doubt(new Date(house.clock.now()));
    try {
      assert.equal((await shown(reader)).length, 0);
      const held = await reply(reader, id, 'accept');
      assert.equal(held.status, 409);
      assert.deepEqual(await reply(reader, UNKNOWN, 'accept'), held);
      assert.equal(await lapseInvitations(house.context, small.firstWave), 0);
      house.clock.set(small.firstWave);
      await assert.rejects(invite(small.alert), { code: 'CLOCK_DOUBT' });
      const { context, author, clock } = house;
      const { version } = await planAlert(context, small.alert);
      const sooner = plus(small.disclosureAt, -1);
      await assert.rejects(
        moveDisclosure(context, author, small.alert, version, sooner, clock.now()),
        { code: 'CLOCK_DOUBT' },
      );
    } finally {
      house.clock.set(began);
      await doubt(null);
    }
    assert.equal((await sole(reader)).id, id, 'its deadline has not come');
    // What was done in doubt is placed when its time has come.
    house.clock.set(small.firstWave);
  });
});
