import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanAnswer, Step } from './alert-answers.ts';
import { planCsv, planText, timelineText } from './plan-text.ts';
import type { Words } from './programme.ts';

const words: Words = {
  tiers: new Map(),
  kinds: new Map([['summary', 'general description']]),
  reasons: new Map([
    ['TOO_EARLY', 'the wave has not opened'],
    ['LEGAL_DUTY', 'a law obliges it to report'],
  ]),
};

const T0 = '2025-07-08T17:00:00Z';
const WAVE = '2025-06-24T17:00:00Z';
const END = '2027-01-01T00:00:00Z';
const step = (at: string, outcome: string, ...reasons: string[]): Step => ({
  ...{ at, outcome, reasons },
});

test('what a sentence says already is not said again, and all that follows is', () => {
  const said = (says: string, ...steps: Step[]) => timelineText({ says, steps }, words);
  assert.equal(said('Given', step(WAVE, 'allow')), 'Given');
  assert.equal(said('Not given', step(WAVE, 'deny', 'LEGAL_DUTY')), 'Not given');
  assert.equal(
    said('Only later', step(WAVE, 'deny', 'TOO_EARLY'), step(T0, 'allow_reduced')),
    'Only later',
  );
  const reasons = [step(WAVE, 'deny', 'LEGAL_DUTY'), step(T0, 'deny', 'TOO_EARLY')];
  assert.equal(said('Not given', ...reasons), 'Not given');
  assert.equal(said('Not before', ...reasons, step(END, 'allow')), 'Not before');
  assert.equal(said('Held', step(WAVE, 'hold', 'NEW_WORD'), step(T0, 'allow')), 'Held');
  assert.equal(
    said('Held', step(WAVE, 'hold', 'NEW_WORD'), step(T0, 'deny', 'TOO_EARLY')),
    `Held, then nothing more from ${T0} (the wave has not opened)`,
  );
  assert.equal(
    said('Given', step(WAVE, 'allow'), step(T0, 'hold', 'NEW_WORD'), step(END, 'allow_reduced')),
    `Given, then held from ${T0} (NEW_WORD), ` +
      `then from ${END} the general description in its place`,
  );
});

const artifact = {
  kind: 'advisory',
  variant: 'full',
  format: 'markdown',
  marking: 'full',
  version: 1,
  slots: 1,
  sourcePublishedAt: null,
};
const artifacts = [
  { ...artifact, id: 'a', name: 'advisory.md' },
  { ...artifact, id: 'b', name: 'poc.py', kind: 'poc' },
];

function plan(...lines: PlanAnswer['lines'][number][]): PlanAnswer {
  return {
    ...{ alert: 'x', disclosureAt: T0, digest: 'd'.repeat(64), participants: lines.length, lines },
    waves: [
      {
        ...{ at: WAVE, allowed: 1, allowedReduced: 0, held: 0, denied: 1 },
        reasons: new Map([['LEGAL_DUTY', 1]]),
        holders: [
          { full: 1, reduced: 1 },
          { full: 0, reduced: 0 },
        ],
      },
    ],
    publicFrom: [{ artifact: 'a', steps: [step(T0, 'allow')], says: 'Given' }],
    timing: { reasons: [], accepted: [], findings: [], fault: null },
  };
}

const always = [step(WAVE, 'allow'), step(END, 'deny', 'TOO_EARLY')];
const never = [step(WAVE, 'deny', 'LEGAL_DUTY')];
/** What the server would say of a timeline. */
const sentence = (steps: readonly Step[]) =>
  steps === never ? 'Not given: a law obliges it to report' : 'Given from 24 Jun 17:00 UTC';
const firm = (name: string, a: Step[], b: Step[]) => ({
  ...{ participant: `id of ${name}`, name, disputed: name === 'Bexley', transition: null },
  artifacts: [
    { artifact: 'a', steps: a, says: sentence(a) },
    { artifact: 'b', steps: b, says: sentence(b) },
  ],
});

test('artifacts with one fate share a sentence; what ends after disclosure is left to CSV', () => {
  const shown = planText({
    ...{ artifacts, words },
    plan: plan(firm('Aldgate', always, always), firm('Bexley', always, never)),
  });
  assert.match(shown, /Aldgate\n {4}everything: Given from 24 Jun 17:00 UTC\n/);
  assert.match(shown, /Bexley\n {4}advisory\.md: Given .*\n {4}poc\.py: Not given: a law/);
  assert.doesNotMatch(shown, /2027/);
  assert.match(shown, /1: a law obliges it to report/);
  assert.match(shown, /advisory\.md +1 \+ 1\n/);
  assert.match(shown, /poc\.py +0\n/);
  assert.match(shown, /dispute\n +Bexley\n/);
  assert.match(shown, /Digest {2}d{64}\n$/);
});

test('what the clock finds is shown with when it would be right, and who accepted what', () => {
  const quiet = planText({ artifacts, words, plan: plan() });
  assert.doesNotMatch(quiet, /Clock/);
  const finding = {
    ...{ code: 'LONG_EMBARGO', level: 'warn', field: 'timing.embargo.warn_above', name: null },
    ...{ asks: 'disclosure', expected: [{ from: null, to: WAVE }], found: T0 },
  };
  const accepted = [{ code: 'LONG_EMBARGO', why: 'a\u001bb', by: 'Ana', at: WAVE }];
  const timing = { reasons: ['extreme'], accepted, findings: [finding], fault: null };
  const shown = planText({ artifacts, words, plan: { ...plan(), timing } });
  assert.match(shown, /Clock\n +reasons {2}extreme\n/);
  assert.match(
    shown,
    /LONG_EMBARGO +warn +timing\.embargo\.warn_above +disclosure until 2025-06-24/,
  );
  assert.match(shown, /LONG_EMBARGO +Ana +2025-06-24T17:00:00Z +a.?b\n/);
  assert.ok(!shown.includes('\u001b'));
});

test('an agreement that ends before disclosure is shown: it ends what was given', () => {
  const early = [step(WAVE, 'allow'), step('2025-07-01T00:00:00Z', 'deny', 'TOO_EARLY')];
  const shown = planText({ artifacts, words, plan: plan(firm('Aldgate', early, early)) });
  assert.match(shown, /then nothing more from 2025-07-01T00:00:00Z/);
});

test('participants beyond those listed are counted', () => {
  const large = { ...plan(firm('Aldgate', always, always)), participants: 2_001 };
  assert.match(planText({ artifacts, words, plan: large }), /and 2000 more/);
});

test('CSV has a row for each step, with codes and sentences', () => {
  const rows = planCsv({ artifacts, words, plan: plan(firm('Aldgate', always, never)) });
  assert.deepEqual(rows.trimEnd().split('\r\n').slice(1), [
    `id of Aldgate,Aldgate,advisory.md,advisory,full,${WAVE},allow,,`,
    `id of Aldgate,Aldgate,advisory.md,advisory,full,${END},deny,TOO_EARLY,the wave has not opened`,
    `id of Aldgate,Aldgate,poc.py,poc,full,${WAVE},deny,LEGAL_DUTY,a law obliges it to report`,
  ]);
});
