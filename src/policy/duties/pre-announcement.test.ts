import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from '../../domain/instant.ts';
import { parsePreAnnouncement, preAnnouncementOf } from './pre-announcement.ts';

const GOOD = { date: '2026-06-16', time: '16:00Z', maxSeverity: 'high' };

test('the top of several severities is announced, and none that nobody has assessed', () => {
  const at = parseInstant('2026-06-16T16:00:30Z');
  assert.deepEqual(preAnnouncementOf(at, ['low', 'high', 'moderate']), GOOD);
  for (const severities of [[], ['high', 'unknown']] as const) {
    assert.throws(() => preAnnouncementOf(at, severities), { code: 'INVALID_INPUT' });
  }
});

for (const [field, value] of [
  ['date', '2026-6-16'],
  ['date', '2026-02-30'],
  ['date', undefined],
  ['time', '16:00'],
  ['time', '24:00Z'],
  ['maxSeverity', 'unknown'],
  ['maxSeverity', 'High'],
] as const) {
  test(`a pre-announcement is refused for ${field} ${String(value)}`, () => {
    assert.throws(() => parsePreAnnouncement({ ...GOOD, [field]: value }), {
      code: 'INVALID_INPUT',
      field: `preAnnouncement.${field}`,
    });
  });
}

test('a pre-announcement that is no object is refused', () => {
  for (const value of [null, 'soon', undefined, []]) {
    assert.throws(() => parsePreAnnouncement(value), { code: 'INVALID_INPUT' });
  }
});
