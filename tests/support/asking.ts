import type { PlatformState, ReleaseFacts } from '../../src/domain/decision.ts';
import {
  type Consent,
  type Enrolment,
  type Involvement,
  NO_PROFILE,
  type Profile,
} from '../../src/domain/enrolment.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import { resolveSchedule } from '../../src/domain/schedule.ts';
import { UNASSESSED, type VulnerabilityFacts } from '../../src/domain/vulnerability.ts';
import { decideRelease, type Policy } from '../../src/policy/decide.ts';
import { FAR_AHEAD, GOOD, T0 } from './policy-facts.ts';

/** What is different from a participant in good standing that asks for an advisory. */
export type Asking = {
  readonly tier?: string;
  readonly enrolment?: Partial<Enrolment>;
  readonly profile?: Partial<Profile>;
  readonly consent?: Consent;
  readonly involvement?: Involvement;
  readonly doubted?: boolean;
  readonly artifact?: Partial<ReleaseFacts['artifact']>;
  readonly vulnerability?: Partial<VulnerabilityFacts>;
  readonly assurance?: ReleaseFacts['assurance'];
  readonly platform?: PlatformState;
};

/** The facts of such a request: the policy's first tier, all criteria shown, disclosure T0. */
export function asking(policy: Policy, asked: Asking = {}): ReleaseFacts {
  const criteria = Object.fromEntries(policy.criteria.map((each) => [each, FAR_AHEAD]));
  const profile = { ...NO_PROFILE, criteria, ...asked.profile };
  const tier = asked.tier ?? policy.tiers[0] ?? '';
  return {
    principal: {
      kind: 'participant',
      enrolment: { ...GOOD, tier, profile, ...asked.enrolment },
      consent: asked.consent ?? 'signatory',
      involvement: asked.involvement ?? 'none',
      doubted: asked.doubted ?? false,
    },
    artifact: { kind: 'advisory', variant: 'full', ...asked.artifact },
    vulnerability: { ...UNASSESSED, ...asked.vulnerability },
    schedule: resolveSchedule(T0, policy.leads),
    assurance: asked.assurance ?? 'sealed',
    platform: asked.platform ?? 'sound',
  };
}

/** Outcome and leading reason at an instant, as `deny TOO_EARLY`. */
export function answer(policy: Policy, asked: Asking, now: Instant): string {
  const { outcome, reasons } = decideRelease(policy, asking(policy, asked), now);
  return `${outcome} ${reasons[0]?.code}`;
}

/** The answers one millisecond before an instant, at it, and one millisecond after. */
export function around(policy: Policy, asked: Asking, turn: Instant): string[] {
  return [-1, 0, 1].map((offset) => answer(policy, asked, instant(turn + offset)));
}
