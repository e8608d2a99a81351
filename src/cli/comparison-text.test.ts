import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparisonAnswer, comparisonCsv, comparisonText } from './comparison-text.ts';
import type { Words } from './programme.ts';

const words: Words = {
  tiers: new Map([['entry', 'Entry']]),
  kinds: new Map([
    ['poc', 'proof of concept'],
    ['patch', 'patch'],
  ]),
  reasons: new Map([['LEGAL_DUTY', 'a law obliges it to report']]),
};

const lost = {
  direction: 'loses',
  reason: 'LEGAL_DUTY',
  tier: 'entry',
  before: 'allow',
  after: 'deny',
  participants: 3,
  artifacts: 6,
  headStartLostMs: 6 * 24 * 3_600_000,
};

const comparison: ComparisonAnswer = {
  sending: 'same',
  ...{ before: 'b', after: 'a', at: '2025-07-01T00:00:00Z', participants: 9, alerts: 1 },
  ...{ gaining: 0, losing: 3, touched: 3 },
  effects: [
    { ...lost, kind: 'poc' },
    { ...lost, kind: 'patch' },
  ],
  lines: [
    {
      participant: 'p1',
      name: 'Aldgate\u001b[2J',
      alert: 'x',
      changes: [
        {
          artifacts: ['1'],
          kind: 'poc',
          direction: 'loses',
          from: '2025-07-07T17:00:00Z',
          until: null,
          before: { outcome: 'allow', reasons: ['LEAD_OPEN'] },
          after: { outcome: 'deny', reasons: ['LEGAL_DUTY'] },
        },
      ],
    },
  ],
};

test('classes come first: how many firms, what, and how much head start each copy loses', () => {
  const shown = comparisonText(comparison, words);
  assert.match(shown, /^9 participants, 1 open alert, .*: 3 would lose something, 0 would gain/);
  assert.match(shown, / 3 {2}Entry {2}patch, proof of concept {2}in full +nothing +−24 h +a law/);
  assert.match(shown, /Gaining, by reason and tier\n {2}\(nobody\)/);
  assert.ok(shown.indexOf('Losing') < shown.indexOf('Aldgate'));
});

test('the list says what becomes of what, and counts those it leaves out', () => {
  const shown = comparisonText(comparison, words);
  assert.match(shown, /proof of concept: in full → nothing from 2025-07-07T17:00:00Z \(a law/);
  assert.match(shown, /and 2 more participants/);
  assert.ok(!shown.includes('\u001b'), 'a name cannot move the cursor');
});

test('where nothing changes, that is said', () => {
  const none = { ...comparison, effects: [], lines: [], losing: 0, touched: 0 };
  assert.match(comparisonText(none, words), /^Nothing changes for anybody: 9 participants/);
});

test('CSV has a row for each change', () => {
  const rows = comparisonCsv(comparison, words).trimEnd().split('\r\n');
  assert.equal(rows.length, 2);
  assert.match(rows[1] ?? '', /,x,poc,loses,2025-07-07T17:00:00Z,,allow,deny,a law obliges/);
});
