import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { renderFor, renderingsOf } from '../../src/programme/render-shelf.ts';
import type { TraceReport } from '../../src/programme/trace/trace-report.ts';
import { alertOfTexts, fetchText, SURVIVE, type Text } from '../support/alert-of-texts.ts';
import {
  admit,
  EXAMPLE,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { traced } from '../support/sighting.ts';

const ALERTS = [
  [join(EXAMPLE, 'guidance.md'), join(EXAMPLE, 'advisory.md')],
  [join(SURVIVE, 'mv500.md'), join(SURVIVE, 'cbas.md')],
];

describe('finds after one by which a participant was identified', () => {
  let house: House;
  let [p, q, r]: TestReader[] = [];
  let texts: Text[][] = [];

  before(async () => {
    house = await openHouse({ readerCap: 40 });
    const readers: TestReader[] = [];
    for (const name of ['P', 'Q', 'R']) {
      readers.push(await joinReader(house, await admit(house, name, { tier: 'validate' })));
    }
    [p, q, r] = readers;
    texts = await Promise.all(ALERTS.map((files) => alertOfTexts(house, files)));
    house.clock.set(T0);
    await releaseDue(house.context, house.clock.now());
    for (const reader of readers) for (const alert of texts) await copiesOf(reader, alert);
    assert.deepEqual(told(await traced(house, await copiesOf(p, texts[0]))), [
      ['first', P(), 'alone'],
    ]);
  });
  after(() => house.tearDown());

  /** All texts of an alert, as one reader has them. */
  async function copiesOf(reader = assert.fail() as TestReader, alert: Text[] = []) {
    const copies = [];
    for (const text of alert) copies.push(await fetchText(house, reader, text));
    return copies.join('\n');
  }

  const P = () => p?.caller.participant;
  const Q = () => q?.caller.participant;

  /** Of which alert a report says that whose copy was found. */
  function told({ copies }: TraceReport) {
    return copies.map(({ alert, participant, copyIdentified }) => [
      alert === texts[0]?.[0]?.alert ? 'first' : 'second',
      participant,
      copyIdentified,
    ]);
  }
  const named = ({ evidence }: TraceReport) =>
    (evidence?.participants ?? []).map(({ participant }) => participant as ParticipantId);

  test("another's copy of another alert names that other alone", async () => {
    const report = await traced(house, await copiesOf(q, texts[1]));
    assert.deepEqual([named(report), told(report)], [[Q()], [['second', Q(), 'alone']]]);
  });

  test("a part of a third's copy, too small to name anybody, names nobody", async () => {
    const whole = await copiesOf(r, texts[1]);
    const report = await traced(house, whole.slice(0, whole.length / 8));
    assert.ok((report.alerts[0]?.result.slotsRead ?? 0) > 0);
    assert.deepEqual([named(report), told(report)], [[], []]);
  });

  test("another's copy of the same alert names that other alone", async () => {
    const report = await traced(house, await copiesOf(q, texts[0]));
    assert.deepEqual([named(report), told(report)], [[Q()], [['first', Q(), 'alone']]]);
  });

  test('of two in one file each is named for the alert that is theirs', async () => {
    const both = (await copiesOf(p, texts[0])) + (await copiesOf(q, texts[1]));
    const report = await traced(house, both);
    assert.deepEqual(named(report).toSorted(), [P(), Q()].toSorted());
    assert.deepEqual(
      told(report).toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
      [
        ['first', P(), 'alone'],
        ['second', Q(), 'alone'],
      ],
    );
  });

  test('a copy that was never served to whom it is marked for is told so', async () => {
    const { context, clock } = house;
    const [one, other] = texts[0] ?? [];
    assert.ok(q && one && other);
    const colleague = await joinReader(house, q.caller.participant);
    await fetchText(house, colleague, one);
    // As whoever holds the mark key can, and no reader.
    const made = await context.store.issuer(async (tx) => {
      const keys = await context.keys.alert(tx, one.alert);
      const all = await renderingsOf(context.renders, tx, one.alert, keys);
      return all.map((each) => renderFor(each, colleague.caller.participant, colleague.caller.id));
    });
    const { copies } = await traced(house, made.join('\n'));
    assert.deepEqual(
      copies.map(({ readers }) => readers),
      [[colleague.caller.id]],
    );
    const because = copies[0]?.artifacts.map(
      (artifact) => [artifact.artifact, artifact.because] as const,
    );
    assert.equal(new Map(because).get(other.artifact), 'NO_COPY_YET');
    assert.notEqual(new Map(because).get(one.artifact), 'NO_COPY_YET');
    assert.ok(clock.now() >= T0);
  });
});
