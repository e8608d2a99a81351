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

test('a timeline is a sentence, for each outcome', () => {
  const says = (...steps: Step[]) => timelineText(steps, words);
  assert.equal(says(step(WAVE, 'allow')), `in full from ${WAVE}`);
  assert.equal(says(step(WAVE, 'deny', 'LEGAL_DUTY')), 'never (a law obliges it to report)');
  assert.equal(
    says(step(WAVE, 'deny', 'LEGAL_DUTY', 'TOO_EARLY'), step(T0, 'allow_reduced')),
    `nothing before ${T0} (a law obliges it to report; the wave has not opened), ` +
      `then from ${T0} the general description in its place`,
  );
  assert.equal(
    says(step(WAVE, 'allow'), step(T0, 'hold', 'NEW_WORD'), step(END, 'deny', 'TOO_EARLY')),
    `in full from ${WAVE}, then held from ${T0} (NEW_WORD), ` +
      `then nothing more from ${END} (the wave has not opened)`,
  );
});

const artifact = {
  kind: 'advisory',
  variant: 'full',
  format: 'markdown',
  marking: 'full',
  slots: 1,
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
    publicFrom: [{ artifact: 'a', steps: [step(T0, 'allow')] }],
  };
}

const always = [step(WAVE, 'allow'), step(END, 'deny', 'TOO_EARLY')];
const never = [step(WAVE, 'deny', 'LEGAL_DUTY')];
const firm = (name: string, a: Step[], b: Step[]) => ({
  ...{ participant: `id of ${name}`, name, disputed: name === 'Bexley' },
  artifacts: [
    { artifact: 'a', steps: a },
    { artifact: 'b', steps: b },
  ],
});

test('artifacts with one fate share a sentence; what ends after disclosure is left to CSV', () => {
  const shown = planText({
    ...{ artifacts, words },
    plan: plan(firm('Aldgate', always, always), firm('Bexley', always, never)),
  });
  assert.match(shown, new RegExp(`Aldgate\n {4}everything: in full from ${WAVE}\n`));
  assert.match(shown, /Bexley\n {4}advisory\.md: in full .*\n {4}poc\.py: never \(a law/);
  assert.doesNotMatch(shown, /2027/);
  assert.match(shown, /1: a law obliges it to report/);
  assert.match(shown, /advisory\.md +1 \+ 1\n/);
  assert.match(shown, /poc\.py +0\n/);
  assert.match(shown, /dispute\n +Bexley\n/);
  assert.match(shown, /Digest {2}d{64}\n$/);
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
