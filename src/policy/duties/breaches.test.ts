import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertId, EventId, ParticipantId } from '../../domain/ids.ts';
import { DAY_MS, instant, plus } from '../../domain/instant.ts';
import { type Breach, onBreach } from './breaches.ts';
import { DEFAULT_DUTIES } from './rules.ts';

const START = instant(Date.UTC(2026, 0, 1));

function breach(n: number, days: number, participant = 'one'): Breach {
  return {
    event: `e${n}` as EventId,
    participant: participant as ParticipantId,
    alert: 'a' as AlertId,
    confirmedAt: plus(START, days * DAY_MS),
    lenient: false,
  };
}

test('a third breach of three counts those of this participant up to it, each once', () => {
  const rules = { ...DEFAULT_DUTIES, repeatedBreach: { count: 3, withinMs: 30 * DAY_MS } };
  const last = breach(9, 20);
  const counted = [breach(1, 0), breach(2, 10)];
  const others = [breach(3, 10, 'two'), breach(4, 21), last];
  assert.deepEqual(onBreach(rules, [...others, ...counted], last), [
    { do: 'propose_removal', participant: 'one', breaches: [...counted, last] },
  ]);
  assert.deepEqual(onBreach(rules, [...others, breach(1, 0)], last), []);
});

test('two breaches confirmed at one instant are two', () => {
  const rules = { ...DEFAULT_DUTIES, repeatedBreach: { count: 2, withinMs: DAY_MS } };
  const both = [breach(1, 5), breach(2, 5)];
  const effects = onBreach(rules, both, breach(2, 5));
  assert.deepEqual(effects, [{ do: 'propose_removal', participant: 'one', breaches: both }]);
});

test('a programme that lays nothing down leaves every breach to persons', () => {
  assert.deepEqual(onBreach(DEFAULT_DUTIES, [breach(1, 0)], breach(2, 1)), []);
});
