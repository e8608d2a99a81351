import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { newId } from '../../src/crypto/random.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  parseInstant,
  plus,
} from '../../src/domain/instant.ts';
import { systemClock } from '../../src/main/clock.ts';
import { compose } from '../../src/main/compose.ts';
import { serve } from '../../src/main/serve.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { readVitals } from '../../src/programme/ledger/read-vitals.ts';
import { putInForce } from '../../src/programme/policy/change-policy.ts';
import { compileFiles } from '../../src/programme/policy-shelf.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { runCycle } from '../../src/worker/worker.ts';
import { recordConsent } from '../support/consent.ts';
import { json, openEdge } from '../support/edge.ts';
import {
  admit,
  approve,
  BEFORE,
  configFor,
  draftExample,
  enrolment,
  type House,
  joinReader,
  openHouse,
  openSite,
  readPack,
  stand,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('a clock that jumps', () => {
  let house: House;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
  });
  after(() => house.tearDown());

  const cycleAt = (wall: Instant, database: Instant = wall, jumped = false) =>
    runCycle(
      house.context,
      { wall, database: async () => database, jumped, starting: false },
      { nextTick: plus(wall, HOUR_MS), nextReminders: null },
    );
  const confirmBoth = async (at: Instant) => {
    assert.deepEqual(await confirmClock(house.context, house.author, at), { confirmed: false });
    await assert.rejects(confirmClock(house.context, house.author, at), { code: 'SECOND_PERSON' });
    assert.deepEqual(await confirmClock(house.context, house.approver, at), { confirmed: true });
  };

  for (const [name, skew] of [
    ['ahead of the database', 2 * MINUTE_MS],
    ['behind the database', -2 * MINUTE_MS],
  ] as const) {
    test(`${name}: releases are held until two persons confirm`, async () => {
      const small = await smallAlert(house);
      house.clock.set(plus(small.firstWave, DAY_MS));
      const now = house.clock.now();
      const held = await cycleAt(now, plus(now, -skew));
      assert.deepEqual(
        { doubted: held.doubted, batches: held.batches },
        { doubted: true, batches: 0 },
      );
      assert.equal((await cycleAt(now)).batches, 0, 'agreement alone does not end the doubt');
      await confirmBoth(now);
      assert.equal((await cycleAt(now)).batches, 1);
    });
  }

  test('back behind the high-water mark: held, and a fetch says nothing of the cause', async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    const now = house.clock.now();
    await cycleAt(now);
    const fetch = () => serveCopy(house.context, reader.caller, small, now);
    assert.ok((await fetch()).bytes.length > 0);
    assert.equal((await cycleAt(plus(now, -MINUTE_MS))).doubted, true);
    await assert.rejects(fetch(), {
      code: 'NOT_AVAILABLE',
      message: /not available at the moment/,
    });
    await confirmBoth(now);
    assert.ok((await fetch()).bytes.length > 0);
  });

  test('two persons who confirm two times, of a clock that jumped in between', async () => {
    const { context, author, approver } = house;
    const now = house.clock.now();
    assert.equal((await cycleAt(now, now, true)).doubted, true);
    assert.deepEqual(await confirmClock(context, author, now), { confirmed: false });
    const month = plus(now, 30 * DAY_MS);
    assert.deepEqual(await confirmClock(context, approver, month), { confirmed: false });
    assert.equal((await cycleAt(month, now)).doubted, true);
    assert.deepEqual(await confirmClock(context, author, plus(now, MINUTE_MS)), {
      confirmed: false,
    });
    const soon = plus(now, MINUTE_MS + HOUR_MS);
    assert.deepEqual(await confirmClock(context, approver, soon), { confirmed: true });
    house.clock.set(soon);
  });

  test('held while the alert is invisible: the bytes of unknown', async () => {
    const small = await smallAlert(house);
    const early = house.clock.now();
    await cycleAt(early, early, true);
    await assert.rejects(serveCopy(house.context, reader.caller, small, early), {
      code: 'NOT_FOUND',
    });
    assert.equal(await releaseDue(house.context, plus(early, 2 * DAY_MS)), 0);
    await confirmBoth(early);
  });

  test('a small step back is ordinary; the mark keeps the later time', async () => {
    const now = house.clock.now();
    const guard = (wall: Instant) =>
      guardClock(house.context, {
        wall,
        database: async () => wall,
        jumped: false,
        starting: false,
      });
    assert.deepEqual(await guard(plus(now, 10_000)), { doubted: false });
    assert.deepEqual(await guard(plus(now, 9_000)), { doubted: false });
    assert.deepEqual(await guard(plus(now, 7_999)), { doubted: true });
    await confirmBoth(now);
  });

  test('eligibility gained during a doubt is decided when it ends, not at a wave', async () => {
    const { context } = house;
    const suspended = await admit(house, 'Suspended', { tier: 'validate', standing: 'suspended' });
    const asking = await admit(house, 'Asks', { tier: 'validate', consentMode: 'per_alert' });
    const small = await smallAlert(house);
    const { alert } = small;
    house.clock.set(small.firstWave);
    const now = house.clock.now();
    await cycleAt(now);
    // A clock that ran ahead: what is noted under it must be due by the right time.
    const ahead = plus(now, 365 * DAY_MS);
    assert.equal((await cycleAt(ahead, now)).doubted, true);
    house.clock.set(ahead);
    await stand(house, suspended, 'active', ahead);
    const consent = { alert, participant: asking, consent: 'signatory' } as const;
    await recordConsent(house, consent, ahead);
    const admitted = await admit(house, 'Admitted', { tier: 'validate' });
    house.clock.set(now);
    const readers: TestReader[] = [];
    for (const participant of [suspended, asking, admitted]) {
      readers.push(await joinReader(house, participant));
    }
    const granted = () =>
      Promise.allSettled(readers.map(({ caller }) => serveCopy(context, caller, small, now)));
    assert.equal((await cycleAt(now)).batches, 0);
    assert.ok((await granted()).every(({ status }) => status === 'rejected'));
    await confirmBoth(now);
    assert.ok((await cycleAt(now)).batches > 0);
    assert.deepEqual(
      (await granted()).map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled'],
    );
    assert.equal((await cycleAt(now)).batches, 0, 'decided once');
    // The ledger places what was noted under the clock that ran ahead when its time has come.
    house.clock.set(ahead);
    await assertInvariants(house);
  });

  test('there is nothing to confirm without a doubt', async () => {
    await assert.rejects(confirmClock(house.context, house.author, house.clock.now()), {
      code: 'CONFLICT',
    });
    await assertInvariants(house);
  });
});

describe('a start long after the last cycle, when both clocks are one and may be wrong', () => {
  let house: House;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  beforeEach(async () => {
    await house?.tearDown();
    house = await openHouse();
    small = await smallAlert(house);
    await cycleAt(house.clock.now(), false);
  });
  after(() => house.tearDown());

  async function cycleAt(wall: Instant, starting: boolean) {
    house.clock.set(wall);
    const reading = { wall, database: async () => wall, jumped: false, starting };
    const { doubted, batches } = await runCycle(house.context, reading, {
      nextTick: null,
      nextReminders: null,
    });
    return { doubted, batches };
  }

  test('a wave that fell due meanwhile is held until two persons confirm', async () => {
    await admit(house, 'Firm', { tier: 'validate' });
    const month = plus(house.clock.now(), 30 * DAY_MS);
    assert.deepEqual(await cycleAt(month, true), { doubted: true, batches: 0 });
    assert.deepEqual(await cycleAt(plus(month, MINUTE_MS), false), { doubted: true, batches: 0 });
    const { context, author, approver } = house;
    await confirmClock(context, author, plus(month, MINUTE_MS));
    await confirmClock(context, approver, plus(month, MINUTE_MS));
    assert.ok((await cycleAt(plus(month, 2 * MINUTE_MS), false)).batches > 0);
    await assertInvariants(house);
  });

  test('who falls due meanwhile between two waves is held too', async () => {
    const signedAt = plus(small.firstWave, 2 * DAY_MS);
    const agreement = { signedAt, expiresAt: plus(signedAt, 300 * DAY_MS) };
    await admit(house, 'Later', { tier: 'validate', agreement });
    await cycleAt(small.firstWave, false);
    assert.deepEqual(await cycleAt(plus(signedAt, -1), true), { doubted: false, batches: 0 });
    assert.deepEqual(await cycleAt(plus(signedAt, HOUR_MS), true), { doubted: true, batches: 0 });
  });

  test('with nothing due meanwhile it goes on: a small list is down for days', async () => {
    const almost = plus(small.firstWave, -1);
    assert.deepEqual(await cycleAt(almost, true), { doubted: false, batches: 0 });
  });

  test('after the minutes of an ordinary restart, what fell due is released', async () => {
    await cycleAt(plus(small.firstWave, -9 * MINUTE_MS), false);
    const back = await cycleAt(plus(small.firstWave, MINUTE_MS - 1), true);
    assert.deepEqual(back, { doubted: false, batches: 1 });
  });

  test('what was left over from before is no sign of a wrong clock', async () => {
    await admit(house, 'Firm', { tier: 'validate' });
    // The mark is written, the wave is not: as if the process had died in between.
    const reading = { database: async () => small.firstWave, jumped: false, starting: false };
    await guardClock(house.context, { ...reading, wall: small.firstWave });
    const back = await cycleAt(plus(small.firstWave, DAY_MS), true);
    assert.deepEqual(back, { doubted: false, batches: 1 });
  });
});

describe('what was done by a clock that ran ahead, once persons have said what time it is', () => {
  let house: House;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  beforeEach(async () => {
    await house?.tearDown();
    house = await openHouse();
    small = await smallAlert(house);
    await cycleAt(house.clock.now());
  });
  after(() => house.tearDown());

  async function cycleAt(wall: Instant, jumped = false) {
    house.clock.set(wall);
    const reading = { wall, database: async () => wall, jumped, starting: false };
    return runCycle(house.context, reading, { nextTick: null, nextReminders: null });
  }

  async function confirmAt(wall: Instant) {
    house.clock.set(wall);
    await confirmClock(house.context, house.author, wall);
    await confirmClock(house.context, house.approver, wall);
  }

  const fetch = ({ caller }: TestReader) =>
    serveCopy(house.context, caller, small, house.clock.now());

  test('a policy that opens more by then opens it at the right time, not in a year', async () => {
    const { context, programme, clock } = house;
    const reader = await joinReader(house, await admit(house, 'Entry', { tier: 'entry' }));
    const began = clock.now();
    await cycleAt(plus(began, 365 * DAY_MS), true);
    const { pack, files } = await readPack('mapp');
    const table = files['programme.yaml']?.replace('entry: 24h', 'entry: 48h') ?? '';
    const policy = { pack, files: { ...files, 'programme.yaml': table } };
    const act = { programme, actor: SYSTEM, at: clock.now() };
    const compiled = compileFiles(policy.files);
    await context.store.issuer((tx) => putInForce(context, tx, act, compiled, policy));
    await confirmAt(plus(began, MINUTE_MS));
    const opens = plus(small.disclosureAt, -2 * DAY_MS);
    await cycleAt(plus(opens, -1));
    await assert.rejects(fetch(reader), { code: 'NOT_FOUND' });
    await cycleAt(opens);
    assert.ok((await fetch(reader)).bytes.length > 0);
    await atLast();
  });

  test('a wave that went out too early goes out again for whoever came since', async () => {
    await admit(house, 'First', { tier: 'validate' });
    const began = house.clock.now();
    await cycleAt(small.disclosureAt);
    await cycleAt(plus(began, MINUTE_MS));
    await confirmAt(plus(began, MINUTE_MS));
    const reader = await joinReader(house, await admit(house, 'Second', { tier: 'validate' }));
    await cycleAt(plus(small.firstWave, -1));
    await assert.rejects(fetch(reader), { code: 'NOT_FOUND' });
    await assert.rejects(
      moveT0(),
      { code: 'CONFLICT' },
      'of what somebody has nobody makes a draft',
    );
    await cycleAt(small.firstWave);
    assert.ok((await fetch(reader)).bytes.length > 0);
    await atLast();
  });

  test('who was refused for what had ended by then is decided again', async () => {
    const expiresAt = plus(small.firstWave, DAY_MS);
    const duty = { status: 'stated', duties: [], provenance: 'attested', expiresAt } as const;
    const reader = await joinReader(house, await admit(house, 'Old', { tier: 'validate', duty }));
    await cycleAt(plus(expiresAt, HOUR_MS));
    await assert.rejects(fetch(reader), { code: 'NOT_FOUND' });
    const right = plus(small.firstWave, HOUR_MS);
    await cycleAt(right);
    await confirmAt(right);
    await cycleAt(plus(right, MINUTE_MS));
    assert.ok((await fetch(reader)).bytes.length > 0);
    await atLast();
  });

  describe('of an alert with more than one artifact', () => {
    let count: number;

    beforeEach(async () => {
      const duty = { ...enrolment().duty, expiresAt: plus(T0, HOUR_MS) };
      await admit(house, 'Firm', { tier: 'validate', duty });
      const { alert, artifacts } = await draftExample(house);
      await approve(house, alert);
      await cycleAt(plus(T0, -10 * DAY_MS));
      count = artifacts.size;
    });

    /** Of each grant, how many artifacts as they are. */
    const grants = () =>
      house.context.store.issuer(async (tx) => {
        const rows = await tx
          .selectFrom('release_grant')
          .selectAll()
          .where('alert_id', '<>', small.alert)
          .execute();
        return rows.map(({ allowed }) => allowed).sort((a, b) => b - a);
      });

    test('what it had shut is told again', async () => {
      assert.deepEqual(await grants(), [count]);
      await cycleAt(plus(T0, 2 * HOUR_MS));
      assert.deepEqual(await grants(), [count, 1], 'the facts of its duties are out of date');
      const right = plus(T0, HOUR_MS / 2);
      await cycleAt(right);
      await confirmAt(right);
      await cycleAt(plus(right, 1));
      assert.deepEqual(await grants(), [count, count, 1]);
    });

    test('a policy enacted while it was behind makes one grant, not one of each wave', async () => {
      const { context, programme, clock } = house;
      const right = plus(clock.now(), MINUTE_MS);
      await cycleAt(plus(right, -12 * DAY_MS));
      const policy = await readPack('mapp');
      const table = policy.files['programme.yaml']?.replace(
        'poc:                {validate: lead',
        'poc:                {validate: T0',
      );
      const files = { ...policy.files, 'programme.yaml': table ?? '' };
      const act = { programme, actor: SYSTEM, at: clock.now() };
      const compiled = compileFiles(files);
      const next = { ...policy, files };
      await context.store.issuer((tx) => putInForce(context, tx, act, compiled, next));
      await confirmAt(right);
      await cycleAt(plus(right, 1));
      assert.deepEqual(await grants(), [count, count - 1]);
    });
  });

  test('an alert that nobody has anything of may still be changed as a draft', async () => {
    const began = house.clock.now();
    await cycleAt(plus(began, DAY_MS), true);
    await confirmAt(plus(began, MINUTE_MS));
    await cycleAt(plus(began, 2 * MINUTE_MS));
    await moveT0();
    assert.equal((await readAlert(house.context, small.alert)).state, 'draft');
  });

  /** Events of the clock that ran ahead are placed when their time has come. */
  async function atLast() {
    house.clock.set(plus(house.clock.now(), 2 * 365 * DAY_MS));
    await assertInvariants(house);
  }

  async function moveT0() {
    const { context, author, clock } = house;
    const { version, schedule } = await readAlert(context, small.alert);
    const to = plus(schedule.disclosureAt, DAY_MS);
    return moveDisclosure(context, author, small.alert, version, to, clock.now());
  }
});

describe('a confirmation that is sent again', () => {
  test('ends the doubt of its own time, not that of another jump since', async (t) => {
    const house = await openHouse();
    t.after(() => house.tearDown());
    let jumped = true;
    const clock = {
      ...house.clock,
      now() {
        if (jumped) throw new TocsinError('CLOCK_DOUBT', 'the clock jumped');
        return house.clock.now();
      },
      rebase() {
        jumped = false;
      },
    };
    const edge = openEdge({ ...house, clock });
    const wall = house.clock.now();
    await guardClock(house.context, {
      ...{ wall, jumped, starting: false },
      database: async () => wall,
    });
    const confirm = (token: string, key: string) =>
      edge.post('/v1/clock/confirmations', undefined, { token, key });
    const { author, approver } = house.tokens;
    const asked = async () =>
      (await edge.get(`/v1/programmes/${house.programme}/work-items`, author)).status;
    assert.equal((await confirm(author, 'the-first-one')).status, 200);
    const second = await confirm(approver, 'the-second-one');
    assert.deepEqual(json<object>(second), { confirmed: true });
    assert.equal(await asked(), 200);

    jumped = true;
    assert.deepEqual((await confirm(approver, 'the-second-one')).body, second.body);
    assert.equal(await asked(), 503, 'nobody has confirmed the time that it says now');
  });
});

describe('a server started on a database of long ago', () => {
  test('answers nobody with a copy before the clock was looked at', async () => {
    const site = await openSite();
    const house = await openHouse({ site });
    // In force at the machine's time, whenever this runs.
    const expiresAt = parseInstant('2999-01-01T00:00:00Z');
    const agreement = { signedAt: BEFORE, expiresAt };
    const duty = { ...enrolment().duty, expiresAt };
    const firm = await admit(house, 'Firm', { tier: 'validate', agreement, duty });
    const reader = await joinReader(house, firm);
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    await house.context.store.close();
    const config = configFor(site.dataDir, { ...site.urls, TOCSIN_LISTEN: '127.0.0.1:0' });
    const { url, stop } = await serve(config, { clock: systemClock() });
    try {
      const ask = async (path: string, token: string, init: RequestInit = {}) => {
        const headers = { authorization: `Bearer ${token}`, 'idempotency-key': newId() };
        return fetch(url + path, { ...init, headers });
      };
      const copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
      assert.equal((await ask(copy, reader.token)).status, 409);
      for (const token of [house.tokens.author, house.tokens.approver]) {
        const confirmed = await ask('/v1/clock/confirmations', token, { method: 'POST' });
        assert.equal(confirmed.status, 200);
      }
      assert.equal((await ask(copy, reader.token)).status, 200);
    } finally {
      await stop();
    }
    const again = await compose(config, { clock: systemClock() });
    const { eventsUnplaced } = await readVitals(again.context, again.clock.now());
    await again.stop();
    await site.tearDown();
    assert.equal(eventsUnplaced, 0, 'what was promised is in a tick before the server ends');
  });
});
