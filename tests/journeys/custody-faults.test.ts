import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open as openAge } from '../../src/crypto/age/open.ts';
import { newId } from '../../src/crypto/random.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import type { AlertId, SightingId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { acceptCustody, proposeCustody } from '../../src/programme/trace/custody.ts';
import { bringHalf, closeLapsed } from '../../src/programme/trace/open-mark-key.ts';
import { sealDue } from '../../src/programme/trace/seal-mark-keys.ts';
import { runTrace } from '../../src/programme/trace/trace-leak.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  T0,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { halfOf, officer, type TestOfficer } from '../support/officers.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

type Stage = 'before_commit' | 'after_commit';
const STAGES: readonly Stage[] = ['before_commit', 'after_commit'];

/** Fails the n-th commit from now on, once, before it happened or after. */
let armed: { stage: Stage; nth: number } | null = null;
let commits = 0;

function fault(stage: Stage): void {
  if (stage === 'after_commit') commits += 1;
  if (armed?.stage !== stage) return;
  armed.nth -= 1;
  if (armed.nth > 0) return;
  armed = null;
  throw new TocsinError('STORE_UNAVAILABLE', 'a fault of the test');
}

/** The act fails at the n-th commit, is tried again, and then as if nothing had been. */
async function twice<T>(stage: Stage, nth: number, work: () => Promise<T>): Promise<T> {
  armed = { stage, nth };
  await assert.rejects(work(), { code: 'STORE_UNAVAILABLE' });
  assert.equal(armed, null, 'the fault struck');
  return work();
}

for (const stage of STAGES) {
  describe(`custody, where a commit fails: ${stage}`, () => {
    let house: House;
    let officers: [TestOfficer, TestOfficer];
    let alert: AlertId;
    let copy: string;

    before(async () => {
      house = await openHouse({ fault });
      const reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
      officers = [await officer(house, 'First'), await officer(house, 'Second')];
      const drafted = await draftExample(house);
      const artifact = drafted.artifacts.get('advisory.md');
      assert.ok(artifact);
      alert = drafted.alert;
      await approve(house, alert);
      house.clock.set(T0);
      await house.cycle();
      const { bytes } = await serveCopy(house.context, reader.caller, { alert, artifact }, now());
      copy = unpackCopy(openAge([reader.identity], bytes)).content.toString();
    });
    after(() => house.tearDown());

    const now = () => house.clock.now();
    const events = async (type: string) => {
      const { rows } = await house.context.store.issuer((tx) =>
        sql`select 1 from event where type = ${type}`.execute(tx),
      );
      return rows.length;
    };
    async function disclosed(): Promise<AlertId> {
      const small = await smallAlert(house);
      house.clock.set(small.disclosureAt);
      return small.alert;
    }
    async function opened(): Promise<SightingId> {
      house.clock.set(plus(now(), DAY_MS));
      const sighting = await approvedSample(house, copy);
      for (const by of officers) await bringing(sighting, by)();
      return sighting;
    }
    const bringing = (sighting: SightingId, by: TestOfficer) => async () => {
      const half = await halfOf(house, by, alert);
      return bringHalf(house.context, by.caller, sighting, { alert, half }, now());
    };
    const keyOf = (by: TestOfficer) => ({
      ...{ token: by.caller.token, key: newId() },
      requestMac: '0'.repeat(64),
    });

    test('proposed once, accepted once', async () => {
      const { context, programme } = house;
      const [first, second] = officers;
      const [asking, accepting] = [keyOf(first), keyOf(second)];
      const asked = { recipient: first.recipient, afterDays: 0 };
      const { id } = await twice(stage, 1, () =>
        proposeCustody(context, first.caller, programme, asked, now(), asking),
      );
      await twice(stage, 1, () =>
        acceptCustody(context, second.caller, id, second.recipient, now(), accepting),
      );
      const told = [await events('custody_proposed'), await events('custody_accepted')];
      assert.deepEqual(told, [1, 1]);
      await assertInvariants(house);
    });

    // Which alerts, what was read of each, and its sealing.
    for (const nth of [1, 2, 3]) {
      test(`sealed once, and nothing left in memory, at commit ${nth}`, async () => {
        const { context } = house;
        const due = nth === 1 ? alert : await disclosed();
        const inMemory = () => context.store.issuer((tx) => context.keys.alert(tx, due));
        assert.equal((await inMemory()).mark.length, 32);
        await twice(stage, nth, () => sealDue(context, now()));
        assert.equal((await inMemory()).mark.length, 0);
        assert.equal(await events('mark_key_sealed'), nth);
        await assertInvariants(house);
      });
    }

    test('each half brought once, opened once, and closed once when its time is over', async () => {
      const sighting = await approvedSample(house, copy);
      for (const by of officers) {
        // What is read first commits too.
        await twice(stage, 2, bringing(sighting, by));
      }
      const told = [await events('half_brought'), await events('mark_key_opened')];
      assert.deepEqual(told, [2, 1]);
      house.clock.set(plus(now(), DAY_MS));
      await twice(stage, 1, () => closeLapsed(house.context, now()));
      assert.equal(await events('mark_key_closed'), 1);
      await assertInvariants(house);
    });

    test('read once, scored once, closed once, and counted as often', async () => {
      const run = (sighting: SightingId) => runTrace(house.context, house.author, sighting, now());
      const plain = await opened();
      commits = 0;
      const first = await run(plain);
      const each = commits;
      // The readings, what scoring them takes, and the report.
      for (const nth of [each - 2, each - 1, each]) {
        const closed = await events('mark_key_closed');
        const sighting = await opened();
        const report = await twice(stage, nth, () => run(sighting));
        assert.equal(report.evidence?.participants.length, first.evidence?.participants.length);
        assert.equal(await events('mark_key_closed'), closed + 1);
        await assertInvariants(house);
      }
    });
  });
}
