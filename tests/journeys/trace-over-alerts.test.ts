import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { ReaderId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { SIGHTINGS_A_DAY } from '../../src/programme/trace/trace-leak.ts';
import type { TraceReport } from '../../src/programme/trace/trace-report.ts';
import { counts } from '../counts.ts';
import { alertOfTexts, fetchText, SURVIVE } from '../support/alert-of-texts.ts';
import {
  admit,
  EXAMPLE,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { traced } from '../support/sighting.ts';

/**
 * The texts of three alerts, no two of which have a passage in common, and how much of them leaks.
 * Of the first some twenty places: so few that they can name nobody, whatever keys are drawn.
 */
const ALERTS = [
  { files: [join(EXAMPLE, 'guidance.md')], share: 0.2 },
  { files: [join(SURVIVE, 'mv500.md'), join(SURVIVE, 'cbas.md')], share: 0.8 },
  { files: [join(SURVIVE, 'witness.md'), join(EXAMPLE, 'advisory.md')], share: 0.8 },
];
const FIRMS = 12;

describe('three alerts of which two participants mix their copies and leak a part of each', () => {
  let house: House;
  const readers: TestReader[] = [];
  /** Two participants, a reader of each. */
  let pair: [TestReader, TestReader];
  const samples: string[] = [];

  before(async () => {
    house = await openHouse({ readerCap: 40 });
    for (let firm = 0; firm < FIRMS; firm++) {
      const participant = await admit(house, `Firm ${firm}`, { tier: 'validate' });
      readers.push(await joinReader(house, participant), await joinReader(house, participant));
    }
    pair = [readers[6], readers[17]] as [TestReader, TestReader];
    const alerts = [];
    for (const { files, share } of ALERTS)
      alerts.push({ texts: await alertOfTexts(house, files), share });
    house.clock.set(T0);
    await releaseDue(house.context, house.clock.now());
    for (const { texts, share } of alerts) {
      let leak = '';
      for (const text of texts) {
        for (const reader of readers) await fetchText(house, reader, text);
        const one = await fetchText(house, pair[0], text);
        const other = await fetchText(house, pair[1], text);
        leak += mixed(one, other, share);
      }
      samples.push(leak);
    }
  });
  after(() => house.tearDown());

  /** The first part of two copies mixed, so that each gives about half of what differs. */
  function mixed(one: string, other: string, share: number): string {
    const [ours, theirs] = [one.split('\n'), other.split('\n')];
    let ahead = 0;
    const lines = ours.map((line, i) => {
      const their = theirs[i] ?? '';
      const differs = line.split(' ').filter((word) => !their.split(' ').includes(word)).length;
      ahead += ahead > 0 ? -differs : differs;
      return ahead > 0 ? line : their;
    });
    const whole = lines.join('\n');
    return `${whole.slice(0, whole.length * share)}\n`;
  }

  const named = ({ evidence }: TraceReport) =>
    (evidence?.participants ?? []).map(({ participant }) => participant).sort();

  const resting = ({ evidence }: TraceReport) =>
    (evidence?.participants ?? [])
      .map(({ participant, lnE, alerts }) => ({ participant, lnE, alerts }))
      .sort((a, b) => (a.participant < b.participant ? -1 : 1));
  /** What the names rested on when both were given. */
  let atFirst: ReturnType<typeof resting> = [];

  test('one alone names nobody; all three name both, and nobody else', async () => {
    const reports: TraceReport[] = [];
    for (const sample of samples) reports.push(await traced(house, sample));
    const [first, , last] = reports;
    assert.ok(first && last);
    atFirst = resting(last);
    assert.ok((first.evidence?.stages[0]?.slots ?? 0) > 0);
    assert.deepEqual(named(first), []);
    assert.deepEqual(named(last), pair.map(({ caller }) => caller.participant).sort());
    assert.equal(last.evidence?.alerts, ALERTS.length);
    assert.ok(last.evidence.participants.every(({ corrected }) => corrected <= 1e-6));
    const owners = new Set(pair.map(({ caller }) => caller.id));
    assert.ok(last.evidence.readers.every(({ reader }) => owners.has(reader as ReaderId)));
    await assertInvariants(house);
  });

  test(`the same sample ${counts.retraces} times more leaves the evidence as it was`, async () => {
    const [sample = ''] = samples.slice(-1);
    assert.equal(atFirst.length, pair.length);
    for (let run = 0; run < counts.retraces; run++) {
      if (run % SIGHTINGS_A_DAY.person === 0) house.clock.set(plus(house.clock.now(), DAY_MS));
      const now = resting(await traced(house, sample));
      // Each look makes p-values dearer, so that a name may go; what it rests on never changes.
      assert.deepEqual(
        now,
        atFirst.filter(({ participant }) => now.some((one) => one.participant === participant)),
      );
    }
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ adds: number }>`select adds from evidence_entry order by nth`.execute(tx),
    );
    const adds = rows.map((row) => row.adds);
    assert.equal(adds.length, ALERTS.length + counts.retraces);
    assert.ok(adds.every((count, i) => (i < ALERTS.length ? count > 0 : count === 0)));
    await assertInvariants(house);
  });
});
