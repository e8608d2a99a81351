/** How a transition grant enters a decision: unknown facts as facts that end with it. */
import type { Decision, ReasonCode, ReleaseFacts } from '../domain/decision.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import type { Instant } from '../domain/instant.ts';
import { acceptableFacts, criterionOf } from '../domain/transition.ts';

/** Reasons that only rules on legal duties give. */
const DUTY_REASONS: readonly ReasonCode[] = [
  'LEGAL_DUTY',
  'DUTY_FACTS_UNKNOWN',
  'DUTY_FACTS_UNATTESTED',
  'DUTY_FACTS_EXPIRED',
];

/** What a rule reads, by its id. */
export type Reads = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether a rule is one on legal duties: it reads them, or gives them as its reason. */
export function isOnDuties(
  rule: { readonly id: string; readonly reasons: readonly ReasonCode[] },
  reads: Reads,
): boolean {
  const read = [...(reads.get(rule.id) ?? [])];
  return (
    read.some((path) => path.startsWith('principal.duty.')) ||
    rule.reasons.some((code) => DUTY_REASONS.includes(code))
  );
}

/**
 * The facts that a grant can stand in for under these rules: none that a rule on legal duties
 * reads, so that no grant changes what such a rule says.
 */
export function acceptableUnder(
  rules: readonly Parameters<typeof isOnDuties>[0][],
  reads: Reads,
  criteria: readonly string[],
): Set<string> {
  const bound = rules
    .filter((rule) => isOnDuties(rule, reads))
    .flatMap(({ id }) => [...(reads.get(id) ?? [])]);
  const free = (fact: string) => !bound.some((path) => path.startsWith(pathOf(fact)));
  return new Set(acceptableFacts(criteria).filter(free));
}

/** What policies read of a fact begins with this. */
export function pathOf(fact: string): string {
  const criterion = criterionOf(fact);
  return criterion === null ? 'principal.agreement' : `principal.criteria.${criterion}`;
}

/** The facts taken for shown while the grant lasts: accepted, and of which none is known. */
export function acceptedOf(
  { agreement, profile, transition }: Enrolment,
  acceptable: ReadonlySet<string>,
): readonly string[] {
  if (!transition) return [];
  return transition.accepts.filter((fact) => {
    const criterion = criterionOf(fact);
    const known = criterion === null ? agreement !== null : criterion in profile.criteria;
    return acceptable.has(fact) && !known;
  });
}

/** The enrolment as a decision takes it: what is accepted is shown until the grant ends. */
export function withAccepted(enrolment: Enrolment, acceptable: ReadonlySet<string>): Enrolment {
  const { transition } = enrolment;
  if (!transition) return enrolment;
  const accepted = acceptedOf(enrolment, acceptable);
  if (accepted.length === 0) return enrolment;
  const { from, expiresAt } = transition;
  const criteria = { ...enrolment.profile.criteria };
  let { agreement } = enrolment;
  for (const fact of accepted) {
    const criterion = criterionOf(fact);
    if (criterion === null) agreement = { signedAt: from, expiresAt };
    else criteria[criterion] = expiresAt;
  }
  return { ...enrolment, agreement, profile: { ...enrolment.profile, criteria } };
}

/** What of a policy that takes. */
type Deciding = {
  readonly reads: Reads;
  readonly engine: { readonly vocabulary: { readonly acceptable: ReadonlySet<string> } };
};

/**
 * A denial with its own reason first where it rests on a fact that a grant stood in for until it
 * lapsed.
 */
export function withLapse(
  { reads, engine: { vocabulary } }: Deciding,
  { principal }: ReleaseFacts,
  decision: Decision,
  now: Instant,
): Decision {
  if (decision.outcome !== 'deny' || principal.kind !== 'participant') return decision;
  const { transition } = principal.enrolment;
  if (!transition || now < transition.expiresAt) return decision;
  const paths = acceptedOf(principal.enrolment, vocabulary.acceptable).map(pathOf);
  const rests = decision.reasons.some(({ policy }) =>
    [...(reads.get(policy) ?? [])].some((read) => paths.some((path) => read.startsWith(path))),
  );
  if (!rests) return decision;
  const lapse = { code: 'TRANSITION_LAPSED', policy: '' } as const;
  return { outcome: 'deny', reasons: [lapse, ...decision.reasons] };
}
