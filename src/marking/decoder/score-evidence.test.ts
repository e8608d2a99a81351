import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitSlots, copyOf, firms, markKey, readingOf } from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import type { AlertId } from '../../domain/ids.ts';
import { freezeEvidence } from './frozen.ts';
import { ALPHA, scoreReading } from './score.ts';
import { MAX_EVIDENCE_BITS, scoreEvidence } from './score-evidence.ts';
import { type CommittedReading, scoreReadings } from './score-readings.ts';

const CAP = 300;
const FIRMS = firms(CAP);
const HOLDERS = FIRMS.flatMap(({ participant, readers }) =>
  readers.map((reader) => ({ participant, reader })),
);
const SLOTS = bitSlots(320, ['prose.word', 'prose.phrase', 'prose.list']);
const [FIRM, DESK] = ['firm-7', 'desk-2'];

/** A leak of one reader's copy of an alert of its own, of which few slots were read. */
function leaked(alert: string, read: number, random: Seeded, firm = FIRM): CommittedReading {
  const key = markKey(random);
  const shown = copyOf(key, SLOTS, firm, DESK);
  const noise = { erased: 1 - read / SLOTS.length, wrong: 0, random };
  const reading = { ...readingOf(SLOTS, shown, noise), alert: alert as AlertId, sample: alert };
  return { reading, key, participants: FIRMS, canaries: [], cap: CAP };
}

/** The evidence after the last of these was traced at this look, the others having been before. */
function after(all: readonly CommittedReading[], look: number, lastHolders = HOLDERS) {
  const entries = all.map(({ reading, key }, i) => {
    return { reading, key, holders: i === all.length - 1 ? lastHolders : HOLDERS };
  });
  const sample = all
    .slice(-1)
    .map((last) => ({ alert: last.reading.alert, result: scoreReading({ ...last, look }) }));
  const sampleSha256 = all.at(-1)?.reading.sample ?? '';
  const rest = { frozen: [], sampleSha256, cap: CAP, look, alpha: ALPHA };
  return scoreEvidence({ entries, sample, ...rest }).result;
}

const names = (found: readonly { participant: string; reader?: string }[]) =>
  found.map(({ participant, reader }) => [participant, reader].join('/'));

test('one alert too few, four together: participant and reader are named, and nobody else', () => {
  const random = seeded(1);
  const all = ['a', 'b', 'c', 'd'].map((alert) => leaked(alert, 60, random));
  assert.deepEqual(names(after(all.slice(0, 1), 1).participants), []);
  const { participants, readers, ...rest } = after(all, 4);
  assert.deepEqual([names(participants), names(readers)], [[`${FIRM}/`], [`${FIRM}/${DESK}`]]);
  assert.deepEqual([rest.alerts, rest.stages.length], [4, 2]);
  for (const score of [...participants, ...readers]) {
    assert.ok(score.corrected <= ALPHA);
    assert.equal(score.alerts.length, 4);
    const sum = score.alerts.reduce((total, { lnE }) => total + lnE, 0);
    assert.ok(Math.abs(sum - score.lnE) < 1e-9);
    const [stage] = rest.stages;
    if (!('reader' in score)) {
      const slots = score.alerts.reduce((n, one) => n + one.agreeing + one.disagreeing, 0);
      assert.equal(slots, stage?.slots);
    }
  }
});

test('late in a programme p-values cost too much, and what was accumulated does not', () => {
  const random = seeded(2);
  const all = ['a', 'b', 'c', 'd', 'e'].map((alert) => leaked(alert, 60, random));
  const late = after(all, 1e12);
  assert.deepEqual(names(late.participants), [`${FIRM}/`]);
  assert.equal(late.participants[0]?.by, 'accumulated');
  assert.equal(late.participants[0]?.sample, null);
  assert.ok(late.budgetLeft < 1e-11);
});

test('alerts that others leaked speak against, and a list without them names too early', () => {
  const random = seeded(13);
  const own = ['a', 'b', 'c'].map((alert) => leaked(alert, 30, random));
  const others = ['v', 'w', 'x', 'y'].map((alert) => leaked(alert, 128, random, 'firm-20'));
  const named = (all: readonly CommittedReading[]) => names(after(all, 1e12).participants);
  assert.deepEqual(named(own), [`${FIRM}/`]);
  assert.deepEqual(named([...others, ...own]), []);
  assert.deepEqual(named(others), ['firm-20/']);
});

test('who leaked before is named with a find of theirs, not with what others leaked', () => {
  const random = seeded(13);
  const before = ['v', 'w', 'x', 'y'].map((alert) => leaked(alert, 128, random, 'firm-20'));
  const others = ['a', 'b', 'c', 'd'].map((alert) => leaked(alert, 40, random));
  for (const one of others) assert.deepEqual(names(after([...before, one], 5).participants), []);
  const again = leaked('z', 60, random, 'firm-20');
  const { participants } = after([...before, again], 1e12);
  assert.deepEqual([names(participants), participants[0]?.sample], [['firm-20/'], null]);
});

test('of two who leaked before, who adds a third to a mixed copy is named too', () => {
  for (let seed = 20; seed < 28; seed++) {
    const random = seeded(seed);
    const before = [FIRM, 'firm-20'].flatMap((firm) =>
      ['v', 'w'].map((alert) => leaked(`${alert} of ${firm}`, 200, random, firm)),
    );
    const one = leaked('z', SLOTS.length, random);
    const other = copyOf(one.key, SLOTS, 'firm-20', DESK);
    const slots = one.reading.slots.map((slot, i) => ({
      ...slot,
      value: i % 20 < 7 ? slot.value : other[i] === 1 ? (1 as const) : (0 as const),
    }));
    const mixed = { ...one, reading: { ...one.reading, slots } };
    const { participants } = after([...before, mixed], 5);
    assert.deepEqual(names(participants).sort(), ['firm-20/', `${FIRM}/`], `seed ${seed}`);
  }
});

test('the public text names nobody from before, an alert nobody who had no copy of it', () => {
  const random = seeded(4);
  const all = ['a', 'b', 'c', 'd'].map((alert) => leaked(alert, 90, random));
  const last = leaked('e', 90, random);
  const slots = last.reading.slots.map((slot) => ({ ...slot, value: 0 as const }));
  const open = { ...last, reading: { ...last.reading, slots } };
  assert.equal(names(after(all, 4).participants).length, 1);
  assert.deepEqual(names(after([...all, open], 5).participants), []);
  const rest = HOLDERS.filter(({ participant }) => participant !== FIRM);
  assert.equal(names(after([...all, last], 5).participants).length, 1);
  assert.deepEqual(names(after([...all, last], 5, rest).participants), []);
});

test('more than a stage may compute is refused before it is computed', () => {
  const { reading, key } = leaked('a', 300, seeded(5));
  const holders = Array.from({ length: 5_000 }, (_, i) => ({
    participant: `firm-${i}`,
    reader: 'desk-0',
  }));
  const entries = Array.from({ length: MAX_EVIDENCE_BITS / 100 / 5_000 }, (_, i) => ({
    ...{ key, holders },
    reading: { ...reading, alert: `alert-${i}` as AlertId },
  }));
  const none = { frozen: [], sample: [], sampleSha256: '', cap: 1e7, look: 1, alpha: ALPHA };
  assert.throws(() => scoreEvidence({ ...none, entries }), {
    code: 'LIMIT_EXCEEDED',
    field: 'evidence',
  });
});

test('a sample that was read before is named by itself, and adds nothing', () => {
  const one = leaked('a', 320, seeded(6));
  const entry = { reading: one.reading, key: one.key, holders: HOLDERS };
  const runs = [1, 2, 3].map((n) => {
    const entries = Array.from({ length: n }, () => entry);
    return scoreReadings([one], n - 1, { entries, frozen: [], opened: [], cap: CAP });
  });
  const [first] = runs;
  for (const { evidence, adds } of runs) {
    assert.equal(evidence?.participants[0]?.lnE, first?.evidence?.participants[0]?.lnE);
    assert.ok(adds.slice(1).every((count) => count === 0));
  }
});

test('alerts whose key is sealed away speak on, for and against, as they did', () => {
  const random = seeded(1);
  const all = ['a', 'b', 'c', 'd'].map((alert) => leaked(alert, 60, random));
  const look = 1e12;
  const open = after(all, look);
  const frozen = all.slice(0, 3).map(({ reading, key }) => {
    return freezeEvidence([{ reading, key, holders: HOLDERS }]);
  });
  const [last] = all.slice(3);
  assert.ok(last && frozen.every((one) => one !== null));
  const { reading, key } = last;
  const { result } = scoreEvidence({
    sampleSha256: reading.sample,
    entries: [{ reading, key, holders: HOLDERS }],
    frozen: frozen.filter((one) => one !== null),
    sample: [{ alert: reading.alert, result: scoreReading({ ...last, look }) }],
    ...{ cap: CAP, look, alpha: ALPHA },
  });
  assert.deepEqual([result.alerts, names(result.participants)], [4, [`${FIRM}/`]]);
  const [before, now] = [open.participants[0], result.participants[0]];
  assert.ok(Math.abs((before?.lnE ?? 0) - (now?.lnE ?? 1)) < 1e-9);
  assert.deepEqual(now?.alerts, before?.alerts);
  assert.equal(freezeEvidence([]), null);
  assert.equal(result.frozen, 3);
});
