import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkData, EVENT_SHAPES, type Event, type EventType, makeEvent } from './event.ts';
import { instant } from './instant.ts';

const GOLDEN = join(import.meta.dirname, '../../testdata/events');
const TYPES = Object.keys(EVENT_SHAPES) as EventType[];

function golden(type: EventType): Event {
  return JSON.parse(readFileSync(join(GOLDEN, `${type}.v1.json`), 'utf8')) as Event;
}

for (const type of TYPES) {
  test(`${type} v1 still has the shape it was recorded with`, () => {
    const event = golden(type);
    assert.equal(event.v, 1);
    assert.deepEqual(Object.keys(event.data).sort(), Object.keys(EVENT_SHAPES[type]).sort());
    const { v: _v, subjects: _subjects, ...fields } = event;
    assert.deepEqual(makeEvent(fields as Omit<Event, 'v' | 'subjects'>), event);
  });
}

test('a missing, an unknown and a wrong field are named', () => {
  const { data } = golden('granted');
  const without = Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'wave'));
  assert.throws(() => checkData('granted', without), /granted\.wave/);
  assert.throws(() => checkData('granted', { ...data, title: 'x' }), /granted\.title/);
  assert.throws(() => checkData('granted', { ...data, allowed: -1 }), /granted\.allowed/);
  assert.throws(() => checkData('granted', { ...data, alert: 'the alert' }), /granted\.alert/);
});

test('a code is a word, so that no prose gets into the ledger', () => {
  const { data } = golden('standing_changed');
  for (const reason of ['two words', 'x'.repeat(65), '', 'line\nbreak']) {
    assert.throws(
      () => checkData('standing_changed', { ...data, reason }),
      /standing_changed\.reason/,
    );
  }
});

test('a nullable id may be null, others may not', () => {
  const { data } = golden('reading_committed');
  checkData('reading_committed', { ...data, alert: null });
  assert.throws(() => checkData('reading_committed', { ...data, sighting: null }), /sighting/);
  assert.equal(instant(0), 0);
});
