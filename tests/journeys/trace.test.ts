import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open as openAge } from '../../src/crypto/age/open.ts';
import { newId } from '../../src/crypto/random.ts';
import type { AlertId, ParticipantId, SightingId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { openSighting, runTrace, SIGHTINGS_A_DAY } from '../../src/programme/trace/trace-leak.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  person,
  stand,
  T0,
} from '../support/house.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('tracing what somebody sent', () => {
  let house: House;
  /** A reader's copy of the example's advisory; the programme has another alert besides. */
  let ours: string;
  let firm: ParticipantId;

  before(async () => {
    house = await openHouse();
    const { context, clock } = house;
    firm = await admit(house, 'Firm', { tier: 'validate' });
    const reader = await joinReader(house, firm);
    const { alert, artifacts } = await draftExample(house);
    await approve(house, alert);
    await smallAlert(house);
    clock.set(T0);
    await releaseDue(context, clock.now());
    const artifact = artifacts.get('advisory.md');
    assert.ok(artifact);
    const { bytes } = await serveCopy(context, reader.caller, { alert, artifact }, clock.now());
    ours = unpackCopy(openAge([reader.identity], bytes)).content.toString();
  });
  after(() => house.tearDown());

  /** An approved sighting, a day after the last, so that none uses up another's allowance. */
  async function sighting(text: string): Promise<SightingId> {
    house.clock.set(plus(house.clock.now(), DAY_MS));
    return approvedSample(house, text);
  }

  const trace = (id: SightingId) => runTrace(house.context, house.author, id, house.clock.now());

  /** What the ledger has of a sighting: its readings, and its one report. */
  async function ledgerOf(id: SightingId) {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ type: string; look: number | null; alert: AlertId | null }>`select type,
          (issuer_body::json -> 'data' ->> 'look')::int as look,
          issuer_body::json -> 'data' ->> 'alert' as alert
        from event where ${id}::uuid = any(subjects)
          and type in ('reading_committed', 'trace_scored')
        order by serial`.execute(tx),
    );
    const readings = rows.filter(({ type }) => type === 'reading_committed');
    const reports = rows.filter(({ type }) => type === 'trace_scored');
    assert.equal(reports.length, 1);
    return { alerts: readings.map(({ alert }) => alert), look: reports[0]?.look ?? 0 };
  }

  test('reading and scoring run in threads, so that nobody else waits for a sample', async () => {
    const id = await sighting(ours);
    let threads = 0;
    const count = () => (threads += 1);
    process.on('worker', count);
    await trace(id);
    process.off('worker', count);
    assert.equal(threads, 2);
  });

  test('a sample made to be slow gets its answer: nothing of ours in it', async () => {
    const { alerts } = await trace(await sighting(`a${'\u0301\u0327'.repeat(2_000_000)}`));
    assert.deepEqual(alerts, []);
  });

  test('two runs of one sighting: one set of readings, one report, the same for both', async () => {
    const id = await sighting(ours);
    const [one, other] = await Promise.all([trace(id), trace(id)]);
    assert.deepEqual(one, other);
    const { alerts } = await ledgerOf(id);
    assert.deepEqual([alerts.length, new Set(alerts).size], [2, 2]);
  });

  test('two sightings at the same moment are scored under looks of their own', async () => {
    const before = (await ledgerOf(await traced('nothing'))).look;
    const ids = [await sighting(ours), await sighting(`${ours}\n`)];
    const reports = await Promise.all(ids.map(trace));
    const looks = await Promise.all(ids.map(async (id) => (await ledgerOf(id)).look));
    assert.deepEqual(
      looks.toSorted((a, b) => a - b),
      [before + 1, before + 2],
    );
    const priced = reports.map(({ alerts }) => alerts.map(({ result }) => result.look));
    assert.deepEqual(
      priced,
      looks.map((look) => [look]),
    );
  });

  async function traced(text: string): Promise<SightingId> {
    const id = await sighting(text);
    await trace(id);
    return id;
  }

  test("somebody else's identifiers cost one look, however many alerts there are", async () => {
    const { look } = await ledgerOf(await traced('nothing'));
    const id = await traced(`id ${newId()} and ${'0af3'.repeat(8)}`);
    assert.equal((await ledgerOf(id)).look, look + 1);
  });

  test('a copy is traced to its recipient, also once the programme has removed that', async () => {
    const named = async () =>
      (await trace(await sighting(ours))).alerts.flatMap(({ result }) =>
        result.identified.map(({ participant }) => participant),
      );
    assert.deepEqual(await named(), [firm]);
    await stand(house, firm, 'removed');
    assert.deepEqual(await named(), [firm]);
  });

  test('so many sightings a day by a person and in a programme, whenever they come', async () => {
    const { context, programme, clock } = house;
    clock.set(plus(clock.now(), 2 * DAY_MS));
    const start = clock.now();
    const open = async (caller: PersonCaller, count: number, at = start) => {
      const asked = Array.from({ length: count }, () =>
        openSighting(context, caller, programme, Buffer.from('x'), at),
      );
      const settled = await Promise.allSettled(asked);
      for (const { reason } of settled.filter((one) => one.status === 'rejected')) {
        assert.equal((reason as { code: string }).code, 'RATE_LIMITED');
      }
      return settled.filter(({ status }) => status === 'fulfilled').length;
    };
    const people = [house.author];
    while (people.length < 4) {
      people.push((await person(house, `Person ${people.length}`, ['investigator'])).caller);
    }
    const granted = [];
    for (const caller of people) granted.push(await open(caller, SIGHTINGS_A_DAY.person + 2));
    const { person: own, programme: all } = SIGHTINGS_A_DAY;
    assert.deepEqual(granted, [own, own, all - 2 * own, 0]);
    assert.equal(await open(house.author, 1, plus(start, DAY_MS - 1)), 0);
    assert.equal(await open(house.author, 1, plus(start, DAY_MS)), 1);
  });
});
