import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitSlots, copyOf, firms, markKey, readingOf } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { countedOf } from './counted.ts';
import { JUDGED, runStage } from './stage.ts';

const KEY = markKey(seeded(1));
const SLOTS = bitSlots(120, ['prose.word']);
const CANDIDATES = firms(500).map(({ participant }) => ({ participant, reader: 'desk-0' }));

/** The first participant's copy, read whole, compared with those of `candidates`. */
function stage(candidates: typeof CANDIDATES, look = 1) {
  const shown = copyOf(KEY, SLOTS, CANDIDATES[0]?.participant ?? '', 'desk-0');
  const reading = readingOf(SLOTS, shown, { erased: 0, wrong: 0, random: seeded(2) });
  const { participant } = countedOf(reading, KEY).scopes;
  const input = { key: KEY, cap: 500, look, alpha: 1e-6 };
  return runStage(input, 'participant', participant, candidates);
}

test('of a few candidates everybody is judged; of many, those that come near', () => {
  assert.equal(stage(CANDIDATES.slice(0, JUDGED)).scores.length, JUDGED);
  const { scores, report } = stage(CANDIDATES);
  assert.equal(report.tested, CANDIDATES.length);
  assert.ok(scores.length < CANDIDATES.length);
  assert.equal(scores[0]?.participant, CANDIDATES[0]?.participant);
  assert.deepEqual(
    scores,
    [...scores].sort((a, b) => a.p - b.p),
  );
});

test('a later look makes a p-value dearer, not larger', () => {
  const [first, late] = [stage(CANDIDATES, 1).scores[0], stage(CANDIDATES, 1_000).scores[0]];
  assert.ok(first && late);
  assert.equal(late.p, first.p);
  assert.ok(Math.abs(late.corrected / first.corrected / 1e6 - 1) < 1e-9);
});
