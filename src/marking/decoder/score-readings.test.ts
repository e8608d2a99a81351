import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitSlots, copyOf, firms, markKey, readingOf } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { canaryValue } from '../code.ts';
import type { CanarySlot } from '../slot-table.ts';
import { renderCanary } from '../splice.ts';
import { type CommittedReading, type Ledgered, scoreReadings } from './score-readings.ts';

const FIRMS = firms(300);
const SLOTS = bitSlots(320, ['prose.word', 'prose.phrase']);
const KEY = markKey(seeded(1));
const GUID: CanarySlot = {
  kind: 'canary',
  key: { artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId, slot: 'c0' },
  family: 'canary.guid',
  start: 10,
  end: 46,
  authored: '0'.repeat(36),
  form: 'guid',
};

/** A reading with a share of the slots erased and these strings. */
function reading(erased: number, strings: readonly string[]): CommittedReading {
  const random = seeded(2);
  const shown = copyOf(KEY, SLOTS, 'firm-3', 'desk-1');
  return {
    reading: readingOf(SLOTS, shown, { erased, wrong: 0, random }, strings),
    ...{ key: KEY, participants: FIRMS, canaries: [GUID], cap: 300 },
  };
}

/** The readings as the first that the programme has. */
function ledger(readings: readonly CommittedReading[]): Ledgered {
  const holders = FIRMS.flatMap(({ participant, readers }) =>
    readers.map((reader) => ({ participant, reader })),
  );
  const entries = readings.map(({ reading, key }) => ({ reading, key, holders }));
  return { entries, frozen: [], opened: [], cap: 300 };
}

const OTHERS = ['3f2b8c1e-0000-4000-8000-000000000001', 'ab'.repeat(16)];
const OURS = renderCanary(GUID, canaryValue(KEY, 'firm-3/desk-1', GUID.key));

test('strings that are no canary of ours spend no look, for however many alerts', () => {
  const readings = [reading(1, OTHERS), reading(1, []), reading(1, OTHERS)];
  const scored = scoreReadings(readings, 7, ledger([]));
  const none = { evidence: null, adds: [], spoken: [], refrozen: [] };
  assert.deepEqual(scored, { results: [null, null, null], look: 8, ...none });
});

test('slots read and a canary found spend a look each, in the order of the readings', () => {
  const all = [reading(1, OTHERS), reading(0, OTHERS), reading(1, [...OTHERS, OURS])];
  const { results, look, evidence } = scoreReadings(all, 7, ledger(all.slice(1, 2)));
  assert.equal(look, 9);
  const [nothing, slots, canary] = results;
  assert.equal(nothing, null);
  assert.deepEqual([slots?.look, canary?.look], [8, 9]);
  assert.deepEqual(slots?.identified, [{ participant: 'firm-3', readers: ['desk-1'] }]);
  assert.deepEqual(canary?.identified, []);
  assert.equal(evidence?.look, 9);
  const [firm, desk] = [evidence?.participants ?? [], evidence?.readers ?? []].map(([one]) => one);
  assert.deepEqual([firm?.participant, desk?.participant], ['firm-3', 'firm-3']);
  assert.deepEqual(
    canary?.canaries.map(({ participant, reader }) => [participant, reader]),
    [['firm-3', 'desk-1']],
  );
});

test('nobody to compare with, or no alert at all, is one look as well', () => {
  assert.deepEqual(scoreReadings([], 0, ledger([])), {
    ...{ results: [], look: 1 },
    ...{ evidence: null, adds: [], spoken: [], refrozen: [] },
  });
});
