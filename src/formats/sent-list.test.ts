import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from '../domain/instant.ts';
import { sentRows } from './sent-list.ts';

test('columns stand in any order, and an empty artifact is all of the alert', () => {
  const at = parseInstant('2025-07-03T17:00:00Z');
  assert.deepEqual(
    sentRows('At,Participant,Artifact\r\n2025-07-03T17:00:00Z,"Quarry, Ltd",rule.yar\r\n'),
    [{ line: 2, participant: 'Quarry, Ltd', artifact: 'rule.yar', at }],
  );
  assert.deepEqual(sentRows('participant,at\nQuarry,2025-07-03T17:00:00Z\n'), [
    { line: 2, participant: 'Quarry', artifact: null, at },
  ]);
});

test('a header, row or time that is not understood is refused by its line', () => {
  const cases: [string, RegExp][] = [
    ['', /^header/],
    ['participant,when\n', /^header/],
    ['participant,at,sent\n', /^header/],
    ['participant,at\nQuarry\n', /^line 2: expected 2 cells/],
    ['participant,at\n ,2025-07-03T17:00:00Z\n', /^line 2: expected a participant/],
    ['participant,at\nQuarry,yesterday\n', /^line 2, at/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => sentRows(text), { code: 'INVALID_INPUT', message }, text);
  }
});
