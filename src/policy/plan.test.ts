import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyOf } from '../../tests/support/packs.ts';
import { BOUND, GOOD, participantWith, SCHEDULE, T0 } from '../../tests/support/policy-facts.ts';
import type { ArtifactKind } from '../domain/artifact.ts';
import type { Consent, Enrolment } from '../domain/enrolment.ts';
import { parseId } from '../domain/ids.ts';
import { formatInstant, parseInstant, plus } from '../domain/instant.ts';
import { UNASSESSED } from '../domain/vulnerability.ts';
import { countsFor, type PlannedAlert, planParticipant, timeline } from './plan.ts';

const MAPP = policyOf('mapp');
const KINDS: readonly ArtifactKind[] = ['advisory', 'summary', 'poc', 'poc'];

const ALERT: PlannedAlert = {
  vulnerability: UNASSESSED,
  schedule: SCHEDULE,
  assurance: 'sealed',
  platform: 'sound',
  artifacts: KINDS.map((kind, i) => ({
    id: parseId(`0000000${i}-0000-4000-8000-000000000000`, 'id'),
    kind,
    variant: 'full',
    reducedBy: parseId<'artifact'>('00000001-0000-4000-8000-000000000000', 'id'),
  })),
};

function participant(n: number, enrolment: Enrolment, consent: Consent = 'no_embargo') {
  const id = `${String(n).padStart(8, '0')}-0000-4000-8000-00000000000a`;
  return {
    participant: parseId<'participant'>(id, 'id'),
    enrolment,
    consent,
    involvement: 'none' as const,
    doubted: false,
  };
}

test('a timeline steps at the first wave and wherever outcome or leading reason change', () => {
  const steps = (changed: Partial<Enrolment>) =>
    timeline(MAPP, {
      principal: participantWith({ ...GOOD, ...changed }, 'signatory'),
      artifact: { kind: 'poc', variant: 'full' },
      vulnerability: UNASSESSED,
      schedule: SCHEDULE,
      assurance: 'sealed',
      platform: 'sound',
    }).map(({ at, decision: { outcome, reasons } }) =>
      [formatInstant(at), outcome, reasons[0]?.code].join(' '),
    );
  assert.deepEqual(steps({}), [
    '2025-06-24T17:00:00Z deny TOO_EARLY',
    '2025-07-07T17:00:00Z allow LEAD_OPEN',
    '2030-01-01T00:00:00Z deny AGREEMENT_NOT_IN_FORCE',
  ]);
  assert.deepEqual(steps({ tier: 'validate', duty: BOUND }), [
    '2025-06-24T17:00:00Z deny LEGAL_DUTY',
    '2025-07-08T17:00:00Z allow_reduced LEGAL_DUTY',
    '2030-01-01T00:00:00Z deny AGREEMENT_NOT_IN_FORCE',
  ]);
  assert.deepEqual(steps({ tier: 'gold' }), ['2025-06-24T17:00:00Z deny POLICY_ERROR']);
});

test('counts stand at every wave, and their reasons add up to what is not wholly allowed', () => {
  const counts = countsFor(ALERT);
  const plans = [
    participant(1, { ...GOOD, tier: 'validate' }),
    participant(2, GOOD),
    participant(3, { ...GOOD, tier: 'ans', duty: BOUND }),
    participant(4, { ...GOOD, standing: 'suspended' }),
    participant(5, { ...GOOD, consentMode: 'per_alert' }, 'invited'),
    participant(6, { ...GOOD, duty: { status: 'unknown' } }),
  ].map((each) => planParticipant(MAPP, ALERT, each, counts));

  assert.deepEqual(
    counts.map(({ at, holders: _, ...count }) => [formatInstant(at), count]),
    [
      ['2025-06-24T17:00:00Z', early(4, { TOO_EARLY: 4 })],
      ['2025-07-03T17:00:00Z', early(4, { TOO_EARLY: 4 })],
      ['2025-07-07T17:00:00Z', early(8, {})],
      [
        '2025-07-08T17:00:00Z',
        {
          allowed: 10,
          allowedReduced: 6,
          held: 0,
          denied: 8,
          reasons: { STANDING: 4, NO_CONSENT: 4, LEGAL_DUTY: 3, DUTY_FACTS_UNKNOWN: 3 },
        },
      ],
    ],
  );
  for (const { allowed, allowedReduced, held, denied, reasons } of counts) {
    assert.equal(allowed + allowedReduced + held + denied, plans.length * KINDS.length);
    const explained = Object.values(reasons).reduce((sum, count) => sum + count, 0);
    assert.equal(explained, allowedReduced + held + denied);
  }
});

/** Before disclosure: the restricted, the suspended and the one without consent are refused. */
function early(allowed: number, more: Record<string, number>) {
  const reasons = { LEGAL_DUTY: 4, STANDING: 4, NO_CONSENT: 4, DUTY_FACTS_UNKNOWN: 4, ...more };
  return { allowed, allowedReduced: 0, held: 0, denied: 24 - allowed, reasons };
}

test('a plan is plain data, the same whoever was planned before', () => {
  const who = participant(7, GOOD);
  const alone = planParticipant(MAPP, ALERT, who, []);
  planParticipant(MAPP, ALERT, participant(8, { ...GOOD, standing: 'removed' }), []);
  const after = planParticipant(MAPP, ALERT, who, countsFor(ALERT));
  assert.deepEqual(JSON.parse(JSON.stringify(after)), alone);
  assert.deepEqual(
    alone.artifacts.map(({ artifact }) => artifact),
    ALERT.artifacts.map(({ id }) => id),
  );
});

test('the leak budget counts who may hold what, and forgets nobody who was given it', () => {
  const expiresAt = plus(T0, -1);
  const counts = countsFor(ALERT);
  for (const each of [
    participant(1, { ...GOOD, tier: 'validate' }),
    participant(2, { ...GOOD, agreement: { signedAt: plus(T0, -1e10), expiresAt } }),
    participant(3, { ...GOOD, duty: BOUND }),
  ]) {
    planParticipant(MAPP, ALERT, each, counts);
  }
  const poc = KINDS.indexOf('poc');
  assert.deepEqual(
    counts.map(({ holders }) => [holders[poc]?.full, holders[poc]?.reduced]),
    [
      [1, 0],
      [1, 0],
      [2, 0],
      [2, 1],
    ],
  );
});

test('a firm is touched by a dispute where the disputed duty makes a difference', () => {
  const plan = (change: Partial<Enrolment>) =>
    planParticipant(MAPP, ALERT, participant(1, { ...GOOD, ...change }), []).disputed;
  const stated = BOUND.status === 'stated' ? BOUND : null;
  assert.ok(stated);
  assert.equal(plan({ duty: { ...stated, provenance: 'disputed' } }), true);
  assert.equal(plan({ duty: { ...stated, provenance: 'assessed' } }), false);
  assert.equal(plan({ duty: { ...stated, provenance: 'disputed', duties: [] } }), false);
  const out = { standing: 'removed', duty: { ...stated, provenance: 'disputed' } } as const;
  assert.equal(plan(out), false);
});

test('held decisions are counted as held', () => {
  const policy = policyOf(
    'mapp',
    `@id("ask") @reason("HELD_FOR_REVIEW") @outcome("hold")
     forbid (principal is Participant, action == Action::"release", resource is Artifact)
     when { resource.kind == Kind::"poc" };`,
  );
  const counts = countsFor(ALERT);
  planParticipant(policy, ALERT, participant(9, GOOD), counts);
  const last = counts.at(-1);
  assert.deepEqual([last?.allowed, last?.held, last?.reasons], [2, 2, { HELD_FOR_REVIEW: 2 }]);
});

test('what an expiry between two waves takes away is missing at the next', () => {
  const expiresAt = parseInstant('2025-07-08T00:00:00Z');
  const enrolment = { ...GOOD, agreement: { signedAt: plus(T0, -1e10), expiresAt } };
  const counts = countsFor(ALERT);
  planParticipant(MAPP, ALERT, participant(10, enrolment), counts);
  assert.deepEqual(
    counts.map(({ allowed }) => allowed),
    [0, 0, 4, 0],
  );
});

test('what has no reduced variant is denied where one would stand in for it', () => {
  const alone = { ...ALERT, artifacts: ALERT.artifacts.map((a) => ({ ...a, reducedBy: null })) };
  const counts = countsFor(ALERT);
  const { artifacts } = planParticipant(
    MAPP,
    alone,
    participant(1, { ...GOOD, duty: BOUND }),
    counts,
  );
  const outcomes = artifacts.flatMap(({ steps }) => steps.map(({ decision }) => decision.outcome));
  assert.ok(!outcomes.includes('allow_reduced'));
  assert.ok(outcomes.includes('allow'), 'the summary itself still opens at disclosure');
  assert.equal(counts.at(-1)?.allowedReduced, 0);
});
