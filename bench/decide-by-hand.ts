import type { Action, ReasonCode, ReleaseFacts } from '../src/domain/decision.ts';
import type { Enrolment } from '../src/domain/enrolment.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { Policy } from '../src/policy/decide.ts';
import type { Verdict } from '../src/policy/verdict.ts';

type Speaking = readonly [string, ReasonCode];

/**
 * The pack `mapp` as somebody would write it who never changes it: plain comparisons on the facts,
 * every answer allocated beforehand and found by the bits of what refuses.
 */
export function handWritten(
  policy: Policy,
): (facts: ReleaseFacts, action: Action, now: Instant) => Verdict {
  const denied = new Map(
    policy.tiers.map((tier) => [tier, Array.from({ length: 512 }, (_, bits) => deny(tier, bits))]),
  );
  const opened = new Map(
    policy.tiers.map((tier) => [
      tier,
      [allow([`table.lead.${tier}`, 'LEAD_OPEN']), allowDisclosed(tier)],
    ]),
  );
  const reduced = allow(['table.reduced', 'REDUCED_VARIANT']);
  const nothing: Verdict = {
    allowed: false,
    hold: false,
    policies: [],
    reasons: [{ code: 'NO_RULE', policy: '' }],
    errors: 0,
  };
  const published = allow(['table.public', 'PUBLIC_DOCUMENT']);
  const notPublic = verdict(false, [['table.not-public', 'NOT_PUBLIC']]);

  return ({ principal, artifact: { kind, variant }, schedule, assurance }, action, now) => {
    const disclosed = now >= schedule.disclosureAt;
    const summary = kind === 'summary';
    if (principal.kind === 'public') {
      const open = disclosed && action === 'release' && (summary || kind === 'advisory');
      return open ? published : notPublic;
    }
    const { enrolment, consent } = principal;
    const { tier, agreement } = enrolment;
    let bits = enrolment.standing === 'active' ? 0 : 1;
    if (agreement === null || now < agreement.signedAt || now >= agreement.expiresAt) bits |= 2;
    if (
      consent !== 'signatory' &&
      (enrolment.consentMode !== 'standing' || (consent !== 'no_embargo' && consent !== 'invited'))
    ) {
      bits |= 4;
    }
    if (!(disclosed && (summary || action === 'releaseReduced')))
      bits |= restriction(enrolment, now);
    if (action === 'releaseReduced') {
      if (bits !== 0) return denied.get(tier)?.[bits] ?? nothing;
      return disclosed && variant === 'full' && !summary ? reduced : nothing;
    }
    if (now < (schedule.opensAt[tier] ?? Number.POSITIVE_INFINITY)) bits |= 128;
    if (!disclosed && assurance !== 'sealed') {
      if (kind === 'poc' || kind === 'repro_steps' || kind === 'patch') bits |= 256;
    }
    if (bits !== 0) return denied.get(tier)?.[bits] ?? nothing;
    return opened.get(tier)?.[disclosed ? 1 : 0] ?? nothing;
  };
}

/** Why legal duties restrict a firm, in four bits of the refusals: at most one is set. */
function restriction({ duty }: Enrolment, now: Instant): number {
  if (duty.status === 'unknown') return 8;
  if (duty.provenance === 'none') return 16;
  if (now >= duty.expiresAt) return 32;
  for (const { trigger, recipient } of duty.duties) {
    if (trigger === 'any_known' && recipient === 'government') return 64;
  }
  return 0;
}

function deny(tier: string, bits: number): Verdict {
  const all: readonly Speaking[] = [
    ['standing', 'STANDING'],
    ['agreement', 'AGREEMENT_NOT_IN_FORCE'],
    ['consent', 'NO_CONSENT'],
    ['report-duty', 'DUTY_FACTS_UNKNOWN'],
    ['report-duty', 'DUTY_FACTS_UNATTESTED'],
    ['report-duty', 'DUTY_FACTS_EXPIRED'],
    ['report-duty', 'LEGAL_DUTY'],
    [`table.early.${tier}`, 'TOO_EARLY'],
    ['table.sealed', 'NOT_SEALED'],
  ];
  return verdict(
    false,
    all.filter((_, bit) => ((bits >>> bit) & 1) === 1),
  );
}

function allowDisclosed(tier: string): Verdict {
  return verdict(true, [
    [`table.lead.${tier}`, 'LEAD_OPEN'],
    [`table.disclosed.${tier}`, 'DISCLOSED'],
  ]);
}

function allow(speaking: Speaking): Verdict {
  return verdict(true, [speaking]);
}

function verdict(allowed: boolean, speaking: readonly Speaking[]): Verdict {
  return {
    allowed,
    hold: false,
    policies: speaking.map(([id]) => id),
    reasons: speaking.map(([policy, code]) => ({ code, policy })),
    errors: 0,
  };
}
