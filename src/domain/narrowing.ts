import type { AgreementFacts, DutyFacts, Enrolment, LegalDuty, Profile } from './enrolment.ts';

/**
 * Whether the facts of an enrolment can open nothing by becoming others, under any policy that
 * takes duties, missing evidence and missing agreement as reasons to shut. Facts that may do either
 * (tier, roles, products) must stay as they are; so must the standing, which has a ladder of its
 * own. Equal facts narrow.
 */
export function onlyNarrows(before: Enrolment, after: Enrolment): boolean {
  return (
    after.standing === before.standing &&
    after.tier === before.tier &&
    (after.consentMode === before.consentMode || after.consentMode === 'per_alert') &&
    agreementNarrows(before.agreement, after.agreement) &&
    dutyNarrows(before.duty, after.duty) &&
    profileNarrows(before.profile, after.profile)
  );
}

function agreementNarrows(before: AgreementFacts, after: AgreementFacts): boolean {
  if (after === null) return true;
  return (
    before !== null && after.signedAt >= before.signedAt && after.expiresAt <= before.expiresAt
  );
}

/** Another duty, or an earlier end of what is known of them. Who forgets a duty does not narrow. */
function dutyNarrows(before: DutyFacts, after: DutyFacts): boolean {
  if (before.status === 'unknown') return after.status === 'unknown';
  if (after.status === 'unknown') return before.duties.length === 0;
  return (
    after.provenance === before.provenance &&
    after.expiresAt <= before.expiresAt &&
    before.duties.every((duty) => after.duties.some((other) => sameDuty(duty, other)))
  );
}

function sameDuty(a: LegalDuty, b: LegalDuty): boolean {
  return (
    a.law === b.law &&
    a.trigger === b.trigger &&
    a.scope === b.scope &&
    a.recipient === b.recipient &&
    a.clockMs === b.clockMs
  );
}

function profileNarrows(before: Profile, after: Profile): boolean {
  const criteria = Object.entries(after.criteria);
  return (
    sameWords(before.roles, after.roles) &&
    sameWords(before.products, after.products) &&
    criteria.every(([name, until]) => until <= (before.criteria[name] ?? 0)) &&
    after.addenda.every((addendum) => before.addenda.includes(addendum)) &&
    embargoNarrows(before.maxEmbargoMs, after.maxEmbargoMs)
  );
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word) => b.includes(word));
}

/** The shorter an embargo it keeps, the later it is let in. */
function embargoNarrows(before: number | null, after: number | null): boolean {
  return before === null || (after !== null && after <= before);
}
