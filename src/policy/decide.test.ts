import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { policyOf } from '../../tests/support/packs.ts';
import { BOUND, FAR_AHEAD, factsOf, SCHEDULE, T0 } from '../../tests/support/policy-facts.ts';
import { randomCase } from '../../tests/support/random-facts.ts';
import { seeded } from '../../tests/support/seeded.ts';
import type { ReleaseFacts } from '../domain/decision.ts';
import { DAY_MS, type Instant, instant, parseInstant, plus } from '../domain/instant.ts';
import { waves } from '../domain/schedule.ts';
import { changesAt, decide, decideRelease, type Policy } from './decide.ts';

const MAPP = policyOf('mapp');
const entry = parseInstant('2025-07-07T17:00:00Z');

describe('decideRelease', () => {
  test('the reduced variant stands in from disclosure on, with why the whole is withheld', () => {
    const facts = factsOf({ duty: BOUND });
    assert.deepEqual(decideRelease(MAPP, facts, plus(T0, -1)), {
      outcome: 'deny',
      reasons: [{ code: 'LEGAL_DUTY', policy: 'report-duty' }],
    });
    assert.deepEqual(decideRelease(MAPP, facts, T0), {
      outcome: 'allow_reduced',
      reasons: [
        { code: 'LEGAL_DUTY', policy: 'report-duty' },
        { code: 'REDUCED_VARIANT', policy: 'table.reduced' },
      ],
    });
  });

  test('a forbid that fails is skipped by Cedar, and denies here', () => {
    const policy = policyOf('mapp', failing('forbid'));
    const verdict = decide(policy, factsOf(), 'release', T0);
    assert.equal(verdict.allowed, true);
    assert.equal(verdict.errors, 1);
    assert.deepEqual(decideRelease(policy, factsOf(), T0), {
      outcome: 'deny',
      reasons: [{ code: 'POLICY_ERROR', policy: 'overflows' }],
    });
  });

  test('a permit that fails denies too, and so does one asked about the reduced variant', () => {
    const permit = policyOf('mapp', failing('permit'));
    assert.equal(decideRelease(permit, factsOf(), T0).outcome, 'deny');
    const reduced = policyOf('mapp', failing('forbid', 'action == Action::"releaseReduced"'));
    assert.equal(decideRelease(reduced, factsOf(), T0).outcome, 'allow');
    const restricted = decideRelease(reduced, factsOf({ duty: BOUND }), T0);
    assert.deepEqual(restricted.reasons, [{ code: 'POLICY_ERROR', policy: 'overflows' }]);
  });

  test('a forbid that asks for a person holds what would be given, and only that', () => {
    const policy = policyOf('mapp', HOLD_POC);
    const held = { outcome: 'hold', reasons: [{ code: 'HELD_FOR_REVIEW', policy: 'ask' }] };
    assert.deepEqual(decideRelease(policy, factsOf(), entry), held);
    assert.equal(decide(policy, factsOf(), 'release', entry).allowed, false);
    // Before its wave there is nothing to hold, and a firm that may not have it is refused.
    assert.equal(decideRelease(policy, factsOf(), plus(entry, -1)).outcome, 'deny');
    assert.equal(decideRelease(policy, factsOf({ standing: 'suspended' }), T0).outcome, 'deny');
    assert.equal(decideRelease(policy, factsOf({ duty: BOUND }), T0).outcome, 'allow_reduced');
  });

  test('a held reduced variant is a hold', () => {
    const policy = policyOf('mapp', HOLD_POC.replace('action == Action::"release"', 'action'));
    const decision = decideRelease(policy, factsOf({ duty: BOUND }), T0);
    assert.equal(decision.outcome, 'hold');
    assert.deepEqual(
      decision.reasons.map(({ code }) => code),
      ['HELD_FOR_REVIEW', 'LEGAL_DUTY'],
    );
  });

  test('nothing allowed is no rule: a reduced variant has none that stands in for it', () => {
    const verdict = decide(
      MAPP,
      factsOf({}, { kind: 'poc', variant: 'reduced' }),
      'releaseReduced',
      T0,
    );
    assert.deepEqual(verdict.reasons, [{ code: 'NO_RULE', policy: '' }]);
    assert.equal(verdict.allowed, false);
  });
});

describe('facts that the schema does not admit', () => {
  const whole = factsOf({ duty: BOUND });

  test('each fact left out denies as an error, whatever else is right', () => {
    let paths = 0;
    for (const path of pathsOf(whole)) {
      const broken = withValueAt(whole, path, undefined);
      // The law of a duty is no part of a request.
      if (path.endsWith('.law')) continue;
      assert.deepEqual(
        decideRelease(MAPP, broken, T0),
        { outcome: 'deny', reasons: [{ code: 'POLICY_ERROR', policy: '' }] },
        path,
      );
      assert.equal(decide(MAPP, broken, 'release', T0).errors, 1);
      assert.equal(changesAt(MAPP, broken, T0), null);
      paths += 1;
    }
    assert.ok(paths > 20, `${paths} paths`);
  });

  test('values nobody declared, and instants that are none, deny as an error', () => {
    for (const [path, value] of [
      ['principal.enrolment.tier', 'platinum'],
      ['principal.enrolment.standing', 'Active'],
      ['principal.enrolment.duty.provenance', 'rumour'],
      ['principal.enrolment.duty.duties.0.trigger', 'ANY_KNOWN'],
      ['principal.enrolment.duty.duties.0.recipient', 'ministry'],
      ['principal.enrolment.duty.expiresAt', Number.NaN],
      ['principal.enrolment.agreement.expiresAt', '2030-01-01'],
      ['principal.enrolment.duty.duties.0.scope', 'world'],
      ['principal.enrolment.profile.roles', ['emperor']],
      ['principal.enrolment.profile.maxEmbargoMs', Number.NaN],
      ['principal.consent', 'yes'],
      ['principal.involvement', 'bystander'],
      ['principal.kind', 'issuer'],
      ['artifact.kind', 'exploit'],
      ['schedule.opensAt.entry', Number.POSITIVE_INFINITY],
      ['assurance', ''],
      ['vulnerability.severity', 'worst'],
      ['vulnerability.score', Number.NaN],
      ['vulnerability.events.publicAt', Number.NaN],
      ['platform', 'broken'],
    ] as const) {
      const [reason] = decideRelease(MAPP, withValueAt(whole, path, value), T0).reasons;
      assert.equal(reason?.code, 'POLICY_ERROR', path);
    }
    const [reason] = decideRelease(MAPP, whole, Number.NaN as Instant).reasons;
    assert.equal(reason?.code, 'POLICY_ERROR');
  });

  test('what the public is asked about does not inherit the participant asked before', () => {
    const policy = policyOf(
      'mapp',
      `@id("any") @reason("DISCLOSED") permit (principal, action, resource)
       when { principal is Participant && principal.standing == Standing::"active" };`,
    );
    const publicly = { ...factsOf(), principal: { kind: 'public' } } as const;
    assert.deepEqual(decide(policy, factsOf(), 'releaseReduced', entry).policies, ['any']);
    assert.equal(decide(policy, publicly, 'release', entry).allowed, false);
  });
});

describe('changesAt', () => {
  test('names opening, disclosure and expiry, each from the millisecond before', () => {
    const expiring = factsOf({
      agreement: { signedAt: parseInstant('2020-01-01T00:00:00Z'), expiresAt: plus(T0, DAY_MS) },
    });
    assert.equal(changesAt(MAPP, expiring, plus(entry, -1)), entry);
    assert.equal(changesAt(MAPP, expiring, entry), plus(T0, DAY_MS));
    assert.equal(changesAt(MAPP, expiring, plus(T0, DAY_MS)), null);
    assert.equal(changesAt(MAPP, factsOf({ duty: BOUND }), entry), T0);
  });

  test('finds turns of strict comparisons and of computed instants', () => {
    const policy = policyOf(
      'mapp',
      `@id("late") @reason("HELD_FOR_REVIEW") forbid (principal, action, resource)
       when { context.now > context.disclosureAt + 60000 && context.now <= 1800000000000 };`,
    );
    assert.equal(changesAt(policy, factsOf(), T0), T0 + 60_001);
    assert.equal(changesAt(policy, factsOf(), plus(T0, 60_001)), 1_800_000_000_001);
  });

  test('passes over a comparison that fails, for it fails at every instant', () => {
    const policy = policyOf('mapp', failing('forbid', 'action', 'context.now <'));
    assert.equal(decideRelease(policy, factsOf(), entry).outcome, 'deny');
    assert.equal(changesAt(policy, factsOf(), entry), null);
  });

  test('agrees with asking at every instant of the facts, one after the other', () => {
    const random = seeded(11);
    for (let i = 0; i < 2_000; i++) {
      const { facts, now } = randomCase(MAPP, random);
      assert.equal(changesAt(MAPP, facts, now), nextByAsking(MAPP, facts, now));
    }
  });
});

describe('over random facts that do not expire before 2030', () => {
  const random = seeded(12);
  const cases = Array.from({ length: 2_000 }, () => lasting(randomCase(MAPP, random).facts));

  test('once allowed, an artifact is allowed at every later instant', () => {
    for (const facts of cases) {
      const given = before2030(facts).map(
        (at) => decideRelease(MAPP, facts, at).outcome === 'allow',
      );
      assert.ok(!given.includes(true) || given.lastIndexOf(false) < given.indexOf(true));
    }
  });

  test('an earlier tier never gets less than a later one', () => {
    for (const facts of cases) {
      for (const at of before2030(facts)) {
        const [first, second, third] = MAPP.tiers.map((tier) => rank(inTier(facts, tier), at));
        assert.ok(Number(first) >= Number(second) && Number(second) >= Number(third));
      }
    }
  });
});

const HOLD_POC = `@id("ask") @reason("HELD_FOR_REVIEW") @outcome("hold")
  forbid (principal is Participant, action == Action::"release", resource)
  when { resource.kind == Kind::"poc" };`;

/** Multiplying an instant of 2025 by ten million leaves Cedar's 64-bit Long. */
function failing(effect: 'permit' | 'forbid', action = 'action', compare = '0 <'): string {
  return `@id("overflows") @reason("DISCLOSED") ${effect} (principal, ${action}, resource)
    when { ${compare} context.disclosureAt * 10000000 };`;
}

function pathsOf(value: unknown, path = ''): string[] {
  const here = path === '' ? [] : [path];
  if (typeof value !== 'object' || value === null) return here;
  const below = Object.entries(value).flatMap(([key, inner]) =>
    pathsOf(inner, path === '' ? key : `${path}.${key}`),
  );
  return [...here, ...below];
}

/** A copy of the facts as hostile or faulty code could pass them. */
function withValueAt(facts: ReleaseFacts, path: string, value: unknown): ReleaseFacts {
  const copy = structuredClone(facts);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<object>((inner, name) => Reflect.get(inner, name) as object, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return copy;
}

function nextByAsking(policy: Policy, facts: ReleaseFacts, now: Instant): Instant | null {
  const { outcome } = decideRelease(policy, facts, now);
  const later = axis(facts).filter((at) => at > now);
  return later.find((at) => decideRelease(policy, facts, at).outcome !== outcome) ?? null;
}

/** Every instant in the facts, in order. */
function axis({ schedule, principal }: ReleaseFacts): Instant[] {
  const found = [...waves(schedule)];
  if (principal.kind === 'participant') {
    const { agreement, duty } = principal.enrolment;
    if (agreement !== null) found.push(agreement.signedAt, agreement.expiresAt);
    if (duty.status === 'stated') found.push(duty.expiresAt);
  }
  return found.sort((a, b) => a - b);
}

function before2030(facts: ReleaseFacts): Instant[] {
  return axis(facts).filter((at) => at < FAR_AHEAD);
}

function lasting(facts: ReleaseFacts): ReleaseFacts {
  const { principal } = facts;
  if (principal.kind === 'public') return facts;
  const { agreement, duty } = principal.enrolment;
  const enrolment = {
    ...principal.enrolment,
    agreement: agreement && { signedAt: instant(0), expiresAt: FAR_AHEAD },
    duty: duty.status === 'stated' ? { ...duty, expiresAt: FAR_AHEAD } : duty,
  };
  return { ...facts, principal: { ...principal, enrolment } };
}

function inTier(facts: ReleaseFacts, tier: string): ReleaseFacts {
  const { principal } = facts;
  if (principal.kind === 'public') return facts;
  const enrolment = { ...principal.enrolment, tier };
  return { ...facts, principal: { ...principal, enrolment } };
}

function rank(facts: ReleaseFacts, at: Instant): number {
  return ['deny', 'hold', 'allow_reduced', 'allow'].indexOf(decideRelease(MAPP, facts, at).outcome);
}

test('the schedule of these tests is the one the pack gives', () => {
  assert.deepEqual(Object.keys(SCHEDULE.opensAt), MAPP.tiers);
  for (const [tier, lead] of Object.entries(MAPP.leads)) {
    assert.equal(lead.unit === 'calendar' && T0 - lead.ms, SCHEDULE.opensAt[tier]);
  }
});
