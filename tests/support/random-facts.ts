import { ARTIFACT_KINDS, ASSURANCES, VARIANTS } from '../../src/domain/artifact.ts';
import type { PrincipalFacts, ReleaseFacts } from '../../src/domain/decision.ts';
import {
  ADDENDA,
  CONSENT_MODES,
  CONSENTS,
  DUTY_PROVENANCES,
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type DutyFacts,
  INVOLVEMENTS,
  type Profile,
  ROLES,
  STANDINGS,
} from '../../src/domain/enrolment.ts';
import { DAY_MS, HOUR_MS, type Instant, instant } from '../../src/domain/instant.ts';
import type { Schedule } from '../../src/domain/schedule.ts';
import {
  ATTACK_VECTORS,
  DISCOVERIES,
  IMPACTS,
  SEVERITIES,
  type VulnerabilityFacts,
} from '../../src/domain/vulnerability.ts';
import type { Policy } from '../../src/policy/decide.ts';
import { scheduleUnder } from '../../src/policy/policy.ts';
import type { Seeded } from './seeded.ts';

/** Facts and an instant, drawn so that every rule of a pack is near its turning point often. */
export type RandomCase = { readonly facts: ReleaseFacts; readonly now: Instant };

const FIRST_DISCLOSURE = Date.UTC(2025, 0, 1);

/** Draws one case for a policy. Half of the enrolments are in good standing in every respect. */
export function randomCase(policy: Policy, random: Seeded): RandomCase {
  const disclosureAt = instant(FIRST_DISCLOSURE + random.below(400 * DAY_MS));
  const schedule = scheduleUnder(policy, disclosureAt);
  const near = instants(schedule, random);
  const facts: ReleaseFacts = {
    principal: principal(policy, near, random),
    artifact: { kind: pick(ARTIFACT_KINDS, random), variant: pick(VARIANTS, random) },
    vulnerability: vulnerability(policy, near, random),
    schedule,
    assurance: pick(ASSURANCES, random),
    platform: random.below(8) === 0 ? 'compromised' : 'sound',
  };
  return { facts, now: instant(pick(near, random) + random.below(3) - 1) };
}

/** The instants of the schedule, and some before, between and after them. */
function instants(schedule: Schedule, random: Seeded): Instant[] {
  const { disclosureAt, opensAt } = schedule;
  const wander = () => instant(disclosureAt + random.below(60 * DAY_MS) - 30 * DAY_MS);
  return [disclosureAt, ...Object.values(opensAt), wander(), wander()];
}

function principal(policy: Policy, near: readonly Instant[], random: Seeded): PrincipalFacts {
  if (random.below(10) === 0) return { kind: 'public' };
  const good = random.below(2) === 0;
  return {
    kind: 'participant',
    consent: good ? 'signatory' : pick(CONSENTS, random),
    involvement: good ? 'none' : pick(INVOLVEMENTS, random),
    doubted: !good && random.below(4) === 0,
    enrolment: {
      tier: pick(policy.tiers, random),
      standing: good ? 'active' : pick(STANDINGS, random),
      consentMode: pick(CONSENT_MODES, random),
      agreement: good
        ? { signedAt: instant(0), expiresAt: instant(Date.UTC(2100, 0, 1)) }
        : agreement(near, random),
      duty: duty(near, random),
      profile: profile(policy, near, random),
    },
  };
}

function profile(policy: Policy, near: readonly Instant[], random: Seeded): Profile {
  const evidenced = policy.criteria.filter(() => random.below(6) > 0);
  return {
    roles: some(ROLES, random),
    products: some(policy.products, random),
    criteria: Object.fromEntries(
      evidenced.map((criterion) => [criterion, farOrNear(near, random)] as const),
    ),
    addenda: some(ADDENDA, random),
    maxEmbargoMs: random.below(2) === 0 ? null : random.below(20 * DAY_MS),
  };
}

function vulnerability(
  policy: Policy,
  near: readonly Instant[],
  random: Seeded,
): VulnerabilityFacts {
  const event = () => (random.below(2) === 0 ? null : pick(near, random));
  return {
    severity: pick(SEVERITIES, random),
    vector: pick(ATTACK_VECTORS, random),
    impacts: some(IMPACTS, random),
    score: random.below(5) === 0 ? null : random.below(101) / 10,
    products: some(policy.products, random),
    discovery: pick(DISCOVERIES, random),
    events: {
      exploitedAt: event(),
      publicAt: event(),
      thirdPartyAt: event(),
      fixReadyAt: event(),
    },
  };
}

function farOrNear(near: readonly Instant[], random: Seeded): Instant {
  return random.below(2) === 0 ? instant(Date.UTC(2100, 0, 1)) : pick(near, random);
}

function some<T>(values: readonly T[], random: Seeded): T[] {
  return values.filter(() => random.below(3) === 0);
}

function agreement(near: readonly Instant[], random: Seeded) {
  if (random.below(4) === 0) return null;
  return { signedAt: pick(near, random), expiresAt: pick(near, random) };
}

function duty(near: readonly Instant[], random: Seeded): DutyFacts {
  if (random.below(6) === 0) return { status: 'unknown' };
  return {
    status: 'stated',
    provenance: pick(DUTY_PROVENANCES, random),
    expiresAt: farOrNear(near, random),
    duties: Array.from({ length: random.below(3) }, () => ({
      law: 'an invented act',
      trigger: pick(DUTY_TRIGGERS, random),
      scope: pick(DUTY_SCOPES, random),
      recipient: pick(DUTY_RECIPIENTS, random),
      clockMs: random.below(2) === 0 ? null : random.below(100) * HOUR_MS,
    })),
  };
}

function pick<T>(values: readonly T[], random: Seeded): T {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
