import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsText } from './policy.ts';

const shadowed = {
  level: 'warning',
  code: 'RULE_SHADOWED',
  message: 'rules.cedar:3: x is shadowed by standing',
  example: null,
};

test('a check that found nothing says so, with what it asked', () => {
  assert.equal(
    findingsText('mapp', { ok: true, findings: [], cases: 12 }),
    'mapp: nothing found; 12 cases answered as Cedar answers them\n',
  );
});

test('warnings are shown, and that they refuse nothing', () => {
  assert.equal(
    findingsText('mapp', { ok: true, findings: [shadowed], cases: 12 }),
    'mapp/rules.cedar:3: x is shadowed by standing (warning, RULE_SHADOWED)\n' +
      'mapp: no error found; 12 cases answered as Cedar answers them\n',
  );
});

test('an error is shown with its example, and nothing is said to be well', () => {
  const violated = {
    level: 'error',
    code: 'INVARIANT_VIOLATED',
    message: 'invariants.cedar:5: late is violated: «nothing early»',
    example: 'a participant of tier ans asks for poc at T0 − 5 d: allow by x (LEAD_OPEN)',
  };
  assert.equal(
    findingsText('mapp', { ok: false, findings: [violated, shadowed], cases: 12 }),
    'mapp/invariants.cedar:5: late is violated: «nothing early» (error, INVARIANT_VIOLATED)\n' +
      '    for example: a participant of tier ans asks for poc at T0 − 5 d: ' +
      'allow by x (LEAD_OPEN)\n' +
      'mapp/rules.cedar:3: x is shadowed by standing (warning, RULE_SHADOWED)\n',
  );
});
