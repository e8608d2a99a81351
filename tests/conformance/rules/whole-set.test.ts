/**
 * What has to hold of any pack: "Expected behaviour of the whole set" and the properties of a
 * release policy, over every pack there is and random facts near every turning point.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Decision, ReleaseFacts } from '../../../src/domain/decision.ts';
import { STANDINGS } from '../../../src/domain/enrolment.ts';
import { DAY_MS, type Instant, instant, plus } from '../../../src/domain/instant.ts';
import { NO_EVENTS } from '../../../src/domain/vulnerability.ts';
import { changesAt, decideRelease, type Policy } from '../../../src/policy/decide.ts';
import { type Asking, answer, around, asking } from '../../support/asking.ts';
import { ALL_PACKS, policyOf } from '../../support/packs.ts';
import { BOUND, T0 } from '../../support/policy-facts.ts';
import { type RandomCase, randomCase } from '../../support/random-facts.ts';
import { seeded } from '../../support/seeded.ts';

type ParticipantFacts = Extract<ReleaseFacts['principal'], { kind: 'participant' }>;
/** A case in which a participant asks. */
type Asked = RandomCase & { readonly facts: { readonly principal: ParticipantFacts } };

const CASES = 1_500;
const POLICIES: readonly Policy[] = ALL_PACKS.map((name) => policyOf(name));

function participants(policy: Policy, seed: number): Asked[] {
  const random = seeded(seed);
  const drawn = Array.from({ length: CASES }, () => randomCase(policy, random));
  return drawn.filter((one): one is Asked => one.facts.principal.kind === 'participant');
}

/** How much a decision gives: everything, something in its place, nothing. */
function access({ outcome }: Decision): number {
  return outcome === 'allow' ? 2 : outcome === 'allow_reduced' ? 1 : 0;
}

/** `facts` with something else of the participant or the alert. */
function changed(
  facts: Asked['facts'],
  enrolment: Partial<ParticipantFacts['enrolment']>,
  vulnerability: Partial<ReleaseFacts['vulnerability']> = {},
): Asked['facts'] {
  const { principal } = facts;
  return {
    ...facts,
    principal: { ...principal, enrolment: { ...principal.enrolment, ...enrolment } },
    vulnerability: { ...facts.vulnerability, ...vulnerability },
  };
}

const before = (days: number): Instant => plus(T0, -days * DAY_MS);

describe('(a) rules are put together by and', () => {
  test('the latest instant wins, whichever rule it comes from', () => {
    const vultron = policyOf('vultron');
    const asked = (own: number, signed: Instant): Asking => ({
      profile: { maxEmbargoMs: own * DAY_MS },
      enrolment: { agreement: { signedAt: signed, expiresAt: plus(T0, 999 * DAY_MS) } },
    });
    const opens = (found: Asking) => changesAt(vultron, asking(vultron, found), before(60));
    assert.equal(opens(asked(50, before(100))), before(45));
    assert.equal(opens(asked(5, before(100))), before(5));
    assert.equal(opens(asked(5, before(2))), before(2));
    const distros = policyOf('linux-distros');
    const kernel = (fixReadyAt: Instant): Asking => ({
      profile: { products: ['linux'] },
      vulnerability: { products: ['linux_kernel'], events: { ...NO_EVENTS, fixReadyAt } },
    });
    const turn = ['deny TOO_EARLY', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(distros, kernel(before(20)), before(14)), turn);
  });

  test('the strictest outcome wins: no over held, held over given, reduced over whole', () => {
    const envoy = policyOf('envoy');
    const remote = { vector: 'network', score: 3 } as const;
    const held: Asking = { vulnerability: remote };
    assert.equal(answer(envoy, held, before(1)), 'hold HELD_FOR_REVIEW');
    const both: Asking = { vulnerability: { ...remote, vector: 'local' } };
    assert.equal(answer(envoy, both, before(1)), 'deny SEVERITY_TOO_LOW');
    const mapp = policyOf('mapp');
    const bound: Asking = { artifact: { kind: 'poc' }, enrolment: { duty: BOUND } };
    assert.equal(answer(mapp, bound, T0), 'allow_reduced LEGAL_DUTY');
    const suspended: Asking = { ...bound, enrolment: { duty: BOUND, standing: 'suspended' } };
    assert.equal(answer(mapp, suspended, T0), 'deny STANDING');
  });

  test('one more rule that restricts never gives anybody more, in any pack', () => {
    for (const name of ALL_PACKS) {
      const [policy, stricter] = [policyOf(name), policyOf(name, MORE)];
      let withheld = 0;
      for (const { facts, now } of participants(policy, 31)) {
        const [was, is] = [decideRelease(policy, facts, now), decideRelease(stricter, facts, now)];
        assert.ok(access(is) <= access(was), JSON.stringify({ name, facts, now }));
        if (access(is) < access(was)) withheld += 1;
      }
      assert.ok(withheld > 0, name);
    }
  });
});

const MORE = `@id("more") @reason("HELD_FOR_REVIEW") @outcome("hold")
  forbid (principal is Participant, action, resource)
  when { [Kind::"advisory", Kind::"poc"].contains(resource.kind) };
  @id("yet-more") @reason("NO_CONSENT") forbid (principal is Participant, action, resource)
  when { context.assurance == Assurance::"transport" };`;

test('(b) every refusal has its reason, and the instant at which it ends if there is one', () => {
  for (const policy of POLICIES) {
    const random = seeded(32);
    let ends = 0;
    for (let i = 0; i < CASES; i++) {
      const { facts, now } = randomCase(policy, random);
      const { outcome, reasons } = decideRelease(policy, facts, now);
      assert.ok(reasons.length > 0);
      assert.ok(!reasons.some(({ code }) => code === 'NO_RULE' || code === 'POLICY_ERROR'));
      const change = changesAt(policy, facts, now);
      assert.equal(change, firstByAsking(policy, facts, now));
      if (outcome !== 'allow' && change !== null) ends += 1;
    }
    assert.ok(ends > 100, `${policy.name}: ${ends}`);
  }
});

/** The first of all instants in the facts at which the outcome is another one. */
function firstByAsking(policy: Policy, facts: ReleaseFacts, now: Instant): Instant | null {
  const { outcome } = decideRelease(policy, facts, now);
  const later = instantsIn(facts).filter((at) => at > now);
  return later.find((at) => decideRelease(policy, facts, at).outcome !== outcome) ?? null;
}

/** Every number of the facts that may be an instant, in order, and the own limit's. */
function instantsIn(facts: ReleaseFacts): Instant[] {
  const found = new Set<number>();
  const collect = (value: unknown): void => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(facts);
  const { principal, schedule } = facts;
  const limit = principal.kind === 'public' ? null : principal.enrolment.profile.maxEmbargoMs;
  if (limit !== null) found.add(schedule.disclosureAt - limit);
  return [...found].sort((a, b) => a - b).map((at) => instant(at));
}

test('(d) a fact that is missing denies as an error, in every pack', () => {
  for (const policy of POLICIES) {
    const whole = asking(policy, { enrolment: { duty: BOUND } });
    let left = 0;
    for (const path of pathsIn(whole)) {
      // The law's name is no part of a request; a criterion that is not shown is a fact too.
      if (path.includes('law') || path.includes('criteria/')) continue;
      const { outcome, reasons } = decideRelease(policy, without(whole, path.split('/')), T0);
      assert.deepEqual([outcome, reasons[0]?.code], ['deny', 'POLICY_ERROR'], path);
      left += 1;
    }
    assert.ok(left > 30, `${left} facts`);
  }
});

function pathsIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) => [
    `${path}${name}`,
    ...pathsIn(below, `${path}${name}/`),
  ]);
}

function without<T>(value: T, [name = '', ...deeper]: readonly string[]): T {
  const copy = structuredClone(value);
  let place = copy as Record<string, unknown>;
  const last = deeper.at(-1) ?? name;
  for (const step of [name, ...deeper].slice(0, -1)) place = place[step] as typeof place;
  place[last] = undefined;
  return copy;
}

describe('properties of every pack', () => {
  test('mapp: a holder of the duty gets the description alone, and not before disclosure', () => {
    const mapp = policyOf('mapp');
    let given = 0;
    for (const { facts, now } of participants(mapp, 33)) {
      const decision = decideRelease(mapp, changed(facts, { duty: BOUND }), now);
      if (access(decision) === 0) continue;
      assert.ok(now >= facts.schedule.disclosureAt);
      if (decision.outcome === 'allow') assert.equal(facts.artifact.kind, 'summary');
      given += 1;
    }
    assert.ok(given > 20, `${given}`);
  });

  test('not active, no agreement in force, or no consent: nothing before disclosure', () => {
    for (const policy of POLICIES) {
      for (const { facts, now } of participants(policy, 34)) {
        const { disclosureAt } = facts.schedule;
        const early = now < disclosureAt ? now : plus(disclosureAt, -1);
        const outside = [
          ...STANDINGS.filter((standing) => standing !== 'active').map((standing) => ({
            standing,
          })),
          { agreement: null },
          { agreement: { signedAt: instant(0), expiresAt: early } },
          { agreement: { signedAt: plus(early, 1), expiresAt: plus(early, 2) } },
        ].map((change) => changed(facts, change));
        const consents = (['no_embargo', 'invited', 'declined', 'lapsed'] as const).map((consent) =>
          changed(
            { ...facts, principal: { ...facts.principal, consent } },
            { consentMode: 'per_alert' },
          ),
        );
        const declined = {
          ...facts,
          principal: { ...facts.principal, consent: 'declined' },
        } as const;
        for (const each of [...outside, ...consents, declined]) {
          assert.equal(decideRelease(policy, each, early).outcome, 'deny', policy.name);
        }
      }
    }
  });

  test('proofs of concept, steps and patches leave before disclosure only sealed', () => {
    for (const policy of POLICIES) {
      for (const { facts, now } of participants(policy, 38)) {
        if (now >= facts.schedule.disclosureAt) continue;
        for (const kind of ['poc', 'repro_steps', 'patch'] as const) {
          const artifact = { ...facts.artifact, kind };
          const open = { ...facts, artifact, assurance: 'transport' } as const;
          assert.notEqual(decideRelease(policy, open, now).outcome, 'allow', policy.name);
        }
      }
    }
  });

  test('what was given stays given while nothing about the participant changes', () => {
    for (const policy of POLICIES) {
      for (const { facts } of participants(policy, 35)) {
        const steady = lasting(policy, facts);
        let most = 0;
        for (const at of instantsIn(steady).filter((each) => each < NEVER)) {
          const now = access(decideRelease(policy, steady, at));
          assert.ok(now >= most, JSON.stringify({ pack: policy.name, steady, at }));
          most = now;
        }
      }
    }
  });

  test('an earlier tier has no less than a later one, unless a rule of its own names why', () => {
    for (const policy of POLICIES.filter(({ tiers }) => tiers.length > 1)) {
      for (const { facts, now } of participants(policy, 36)) {
        const byTier = policy.tiers.map((tier) =>
          decideRelease(policy, changed(facts, { tier }), now),
        );
        byTier.forEach((earlier, i) => {
          const later = byTier[i + 1];
          if (later === undefined || access(earlier) >= access(later)) return;
          const named = earlier.reasons.some(({ policy: id }) => id.startsWith('except.'));
          assert.ok(named, JSON.stringify({ pack: policy.name, facts, now }));
        });
      }
    }
  });

  test('whoever says less of itself, or of the alert, never gets more', () => {
    let unasked = 0;
    for (const policy of POLICIES) {
      for (const { facts, now } of participants(policy, 37)) {
        const { profile } = facts.principal.enrolment;
        const less: readonly Asked['facts'][] = [
          changed(facts, { duty: { status: 'unknown' } }),
          changed(facts, { agreement: null }),
          changed(facts, { profile: { ...profile, criteria: {} } }),
          changed(facts, { profile: { ...profile, products: [] } }),
          changed(facts, { profile: { ...profile, addenda: [] } }),
          changed(facts, { profile: { ...profile, roles: [] } }),
          changed(facts, {}, { severity: 'unknown' }),
          changed(facts, {}, { vector: 'unknown' }),
          changed(facts, {}, { impacts: [] }),
          changed(facts, {}, { score: null }),
          changed(facts, {}, { products: [] }),
          changed(facts, {}, { discovery: 'unknown' }),
          changed(facts, {}, { events: NO_EVENTS }),
        ];
        const most = access(decideRelease(policy, facts, now));
        less.forEach((each, i) => {
          const found = access(decideRelease(policy, each, now));
          if (found > most && policy.name === 'mapp-poc-only' && i === 0) unasked += 1;
          else
            assert.ok(found <= most, `${i}: ${JSON.stringify({ pack: policy.name, facts, now })}`);
        });
      }
    }
    // The rule of 2025 as it was published says nothing of firms whose duties nobody knows: a firm
    // gains by keeping silent. That is why `mapp` does not leave it so.
    assert.ok(unasked > 0);
  });
});

const NEVER = Date.UTC(2100, 0, 1);

/** The same without anything that runs out: agreement, statement of duties, evidence. */
function lasting(policy: Policy, facts: Asked['facts']): Asked['facts'] {
  const far = instant(NEVER);
  const { duty, agreement, profile } = facts.principal.enrolment;
  const criteria = Object.fromEntries(policy.criteria.map((each) => [each, far]));
  return changed(facts, {
    duty: duty.status === 'stated' ? { ...duty, expiresAt: far } : duty,
    agreement: agreement === null ? null : { ...agreement, expiresAt: far },
    profile: { ...profile, criteria },
  });
}
