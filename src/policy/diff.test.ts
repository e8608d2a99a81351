import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { policyOf } from '../../tests/support/packs.ts';
import { BOUND, FAR_AHEAD, GOOD, T0 } from '../../tests/support/policy-facts.ts';
import { randomCase } from '../../tests/support/random-facts.ts';
import { type Seeded, seeded } from '../../tests/support/seeded.ts';
import { ARTIFACT_KINDS } from '../domain/artifact.ts';
import { effectiveDecision } from '../domain/decision.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import { parseId } from '../domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, instant, plus } from '../domain/instant.ts';
import { resolveSchedule } from '../domain/schedule.ts';
import { UNASSESSED } from '../domain/vulnerability.ts';
import { decideRelease, type Policy } from './decide.ts';
import { type DiffedAlert, type DiffedParticipant, diffPolicies } from './diff.ts';

const MAPP = policyOf('mapp');
const POC_ONLY = policyOf('mapp-poc-only');
const NOW = plus(T0, -30 * DAY_MS);

function idOf<K extends string>(n: number) {
  return parseId<K>(`${String(n).padStart(8, '0')}-0000-4000-8000-00000000000a`, 'id');
}

function participant(n: number, change: Partial<Enrolment> = {}): DiffedParticipant {
  return { participant: idOf<'participant'>(n), enrolment: { ...GOOD, ...change } };
}

function alertOf(before: Policy, after: Policy, change: Partial<DiffedAlert> = {}): DiffedAlert {
  const artifacts = ARTIFACT_KINDS.map((kind, i) => ({
    id: idOf<'artifact'>(100 + i),
    kind,
    variant: 'full' as const,
    reducedBy: idOf<'artifact'>(99),
  }));
  return {
    alert: idOf<'alert'>(1),
    vulnerability: UNASSESSED,
    assurance: 'sealed',
    platform: 'sound',
    artifacts,
    before: resolveSchedule(T0, before.leads),
    after: resolveSchedule(T0, after.leads),
    relations: new Map(),
    ...change,
  };
}

test('from withholding the proof of concept to withholding all but the summary', () => {
  const people = [participant(1), participant(2, { tier: 'validate', duty: BOUND })];
  const diff = diffPolicies(POC_ONLY, MAPP, [alertOf(POC_ONLY, MAPP)], people, NOW);
  assert.deepEqual([diff.participants, diff.gaining, diff.losing], [2, 0, 1]);
  const [line, ...more] = [...diff.lines()];
  assert.deepEqual(more, []);
  assert.equal(line?.participant, people[1]?.participant);
  const rules = line?.changes.filter(({ kind }) => kind === 'detection_rule') ?? [];
  assert.deepEqual(
    rules.map(({ direction, from, until, before, after }) =>
      [direction, formatInstant(from), before.outcome, after.outcome, until].join(' '),
    ),
    [
      `loses 2025-06-24T17:00:00Z allow deny ${T0}`,
      // Then the agreement ends, and neither policy gives anything.
      `loses 2025-07-08T17:00:00Z allow allow_reduced ${FAR_AHEAD}`,
    ],
  );
  const lost = diff.effects.filter(({ kind }) => kind === 'detection_rule');
  assert.deepEqual(
    lost.map(({ reason, participants, headStartLostMs }) => [
      reason,
      participants,
      headStartLostMs / HOUR_MS,
    ]),
    [
      ['LEGAL_DUTY', 1, 14 * 24],
      ['LEGAL_DUTY', 1, 0],
    ],
  );
});

test('one lead made longer gains head start for that tier alone', () => {
  const longer = policyOf('mapp');
  const alert = alertOf(MAPP, longer);
  const entry = plus(T0, -48 * HOUR_MS);
  const after = { ...alert.after, opensAt: { ...alert.after.opensAt, entry } };
  const people = [participant(1), participant(2, { tier: 'ans' })];
  const diff = diffPolicies(MAPP, longer, [{ ...alert, after }], people, NOW);
  assert.deepEqual([diff.gaining, diff.losing], [1, 0]);
  for (const { tier, participants, headStartLostMs, artifacts } of diff.effects) {
    assert.deepEqual([tier, participants, artifacts], ['entry', 1, 1]);
    assert.equal(headStartLostMs, -24 * HOUR_MS);
  }
});

test('one policy twice is refused: it could not tell two schedules apart', () => {
  assert.throws(() => diffPolicies(MAPP, MAPP, [], [], NOW), RangeError);
});

test('participants alike but for a millisecond each change at an instant of their own', () => {
  const late = policyOf(
    'mapp',
    `@id("after-signature") @reason("AGREEMENT_NOT_IN_FORCE")
     forbid (principal is Participant, action, resource)
     unless { context.now > principal.agreement.signedAt };`,
  );
  // Whoever comes first stands for its class, so each comes first once.
  const near = [-3, -2, -1, 0, 1, 2, 3];
  for (const first of near) {
    const deltas = [first, ...near];
    const signed = (delta: number) => plus(T0, delta);
    const people = deltas.map((delta, n) =>
      participant(n, { agreement: { signedAt: signed(delta), expiresAt: FAR_AHEAD } }),
    );
    const diff = diffPolicies(MAPP, late, [alertOf(MAPP, late)], people, NOW);
    const changed = [...diff.lines()].map(({ changes }) => changes[0]);
    assert.deepEqual(
      changed.map((change) => [(change?.from ?? 0) - T0, (change?.until ?? 0) - T0]),
      deltas.map((delta) => [delta, delta + 1]),
    );
  }
});

describe('over random participants and alerts', () => {
  const STRICT = policyOf(
    'mapp',
    `@id("late-facts") @reason("DUTY_FACTS_EXPIRED")
     forbid (principal is Participant, action, resource)
     when { principal.agreement.signedAt > principal.duty.expiresAt };
     @id("long-agreement") @reason("AGREEMENT_NOT_IN_FORCE")
     forbid (principal is Participant, action, resource)
     when { context.now > principal.agreement.signedAt + 86400000 &&
            resource.kind == Kind::"patch" };
     @id("scored") @reason("HELD_FOR_REVIEW") @outcome("hold")
     forbid (principal is Participant, action, resource)
     when { context.alert.score < 40 && context.now <= context.events.fixReadyAt };`,
  );

  const AFTERWARDS = policyOf(
    'mapp',
    `@id("after-signature") @reason("AGREEMENT_NOT_IN_FORCE")
     forbid (principal is Participant, action, resource)
     unless { context.now > principal.agreement.signedAt };
     @id("to-the-end") @reason("LEAD_OPEN")
     permit (principal is Participant, action, resource)
     when { context.now <= principal.duty.expiresAt };`,
  );

  for (const [name, before, after] of [
    ['comparisons of instants', POC_ONLY, MAPP],
    ['comparisons that turn a millisecond later', MAPP, AFTERWARDS],
    ['computed instants and numbers', MAPP, STRICT],
  ] as const) {
    test(`every change is what asking at each instant says: ${name}`, () => {
      const random = seeded(4);
      let changed = 0;
      for (let round = 0; round < 12; round++) {
        changed += compareRound(before, after, random);
      }
      assert.ok(changed > 100, `${changed} changes`);
    });
  }
});

/** Sixty participants whose instants crowd around the alert's, against asking one by one. */
function compareRound(before: Policy, after: Policy, random: Seeded): number {
  const cases = Array.from({ length: 60 }, () => randomCase(before, random));
  const [first] = cases;
  assert.ok(first !== undefined);
  const alert = alertOf(before, after, {
    vulnerability: first.facts.vulnerability,
    before: first.facts.schedule,
    after: resolveSchedule(first.facts.schedule.disclosureAt, after.leads),
  });
  const people = cases.flatMap(({ facts: { principal } }, n) =>
    principal.kind === 'participant'
      ? [participant(n, moved(principal.enrolment, alert, random))]
      : [],
  );
  const now = instant(alert.before.disclosureAt - random.below(20 * DAY_MS));
  const diff = diffPolicies(before, after, [alert], people, now);
  const lines = new Map([...diff.lines()].map((line) => [line.participant, line.changes]));
  let changed = 0;
  for (const each of people) {
    const changes = lines.get(each.participant) ?? [];
    changed += changes.length;
    for (const artifact of alert.artifacts) {
      const own = changes.filter(({ artifacts }) => artifacts.includes(artifact.id));
      for (const at of instantsToAsk(each, alert, now)) {
        const ask = (policy: Policy, schedule: DiffedAlert['before']) =>
          effectiveDecision(
            decideRelease(
              policy,
              {
                principal: {
                  kind: 'participant',
                  enrolment: each.enrolment,
                  consent: 'no_embargo',
                  involvement: 'none',
                  doubted: false,
                },
                artifact,
                vulnerability: alert.vulnerability,
                schedule,
                assurance: 'sealed',
                platform: 'sound',
              },
              at,
            ),
            true,
          ).outcome;
        const [was, is] = [ask(before, alert.before), ask(after, alert.after)];
        const change = own.find(({ from, until }) => from <= at && (until === null || at < until));
        const expected = was === is ? undefined : [was, is];
        const found = change && [change.before.outcome, change.after.outcome];
        assert.deepEqual(found, expected, `${artifact.kind} at ${at}`);
      }
    }
  }
  return changed;
}

/** Some of a participant's instants fall on, or a millisecond beside, the alert's. */
function moved(enrolment: Enrolment, alert: DiffedAlert, random: Seeded): Enrolment {
  const marks = [alert.before.disclosureAt, ...Object.values(alert.before.opensAt)];
  const near = () => plus(marks[random.below(marks.length)] ?? T0, random.below(3) - 1);
  const { duty } = enrolment;
  return {
    ...enrolment,
    standing: 'active',
    consentMode: 'standing',
    agreement: { signedAt: near(), expiresAt: random.below(2) === 0 ? near() : instant(4e12) },
    duty: duty.status === 'stated' && random.below(2) === 0 ? { ...duty, expiresAt: near() } : duty,
  };
}

function instantsToAsk({ enrolment }: DiffedParticipant, alert: DiffedAlert, now: Instant) {
  const { agreement, duty } = enrolment;
  const { events } = alert.vulnerability;
  const stored = [
    now,
    ...Object.values(alert.before.opensAt),
    alert.before.disclosureAt,
    ...(agreement ? [agreement.signedAt, agreement.expiresAt, agreement.signedAt + DAY_MS] : []),
    ...(duty.status === 'stated' ? [duty.expiresAt] : []),
    ...(events.fixReadyAt === null ? [] : [events.fixReadyAt]),
  ];
  const around = stored.flatMap((at) => [at - 1, at, at + 1, at + 2]);
  return [...new Set(around)].filter((at) => at >= now).map((at) => instant(at));
}
