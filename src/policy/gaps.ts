/** What is not known of a participant, or no longer, and what it gets less for that. */
import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { ReleaseFacts } from '../domain/decision.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { acceptableFacts, criterionOf } from '../domain/transition.ts';
import { IMPACTS, NO_EVENTS } from '../domain/vulnerability.ts';
import { decideRelease } from './decide.ts';
import type { Policy } from './policy.ts';
import { pathOf } from './transition.ts';
import { OTHER_PRODUCT } from './vocabulary.ts';

/** One missing fact. */
export type Gap = {
  /** `duty`, `agreement`, or `criterion:` and a criterion of the policy. */
  readonly fact: string;
  readonly state: 'unknown' | 'ended';
  /** Kinds that are not given for that before disclosure, when every lead has opened; and after. */
  readonly before: readonly ArtifactKind[];
  readonly after: readonly ArtifactKind[];
};

/**
 * The missing facts of an enrolment at an instant. What each costs is asked of the policy, of an
 * alert that shuts as little as an alert can: grave, of every product, and its embargo consented.
 */
export function gapsOf(policy: Policy, enrolment: Enrolment, now: Instant): Gap[] {
  return ['duty', ...acceptableFacts(policy.criteria)].flatMap((fact) => {
    const state = stateOf(fact, enrolment, now);
    if (state === null) return [];
    const path = fact === 'duty' ? 'principal.duty.' : pathOf(fact);
    const denied = (at: Instant) =>
      ARTIFACT_KINDS.filter((kind) =>
        deniedFor(policy, path, factsOf(policy, enrolment, kind, now), at),
      );
    return [{ fact, state, before: denied(now), after: denied(disclosureOf(now)) }];
  });
}

function stateOf(
  fact: string,
  { duty, agreement, profile }: Enrolment,
  now: Instant,
): Gap['state'] | null {
  if (fact === 'duty') {
    if (duty.status === 'unknown' || duty.provenance === 'none') return 'unknown';
    return duty.expiresAt <= now ? 'ended' : null;
  }
  const criterion = criterionOf(fact);
  const until = criterion === null ? agreement?.expiresAt : profile.criteria[criterion];
  if (until === undefined) return 'unknown';
  return until <= now ? 'ended' : null;
}

/** A fact that a release turns on, and until when it holds. */
export type Ending = { readonly fact: string; readonly until: Instant };

/** The facts of an enrolment that have an end, in the words of `Gap`, the earliest first. */
export function endingsOf(policy: Policy, { duty, agreement, profile }: Enrolment): Ending[] {
  const known: readonly (readonly [string, Instant | undefined])[] = [
    ['duty', duty.status === 'stated' && duty.provenance !== 'none' ? duty.expiresAt : undefined],
    ['agreement', agreement?.expiresAt],
    ...policy.criteria.map((name) => [`criterion:${name}`, profile.criteria[name]] as const),
  ];
  return known
    .flatMap(([fact, until]) => (until === undefined ? [] : [{ fact, until }]))
    .sort((a, b) => a.until - b.until);
}

/** Whether it is denied by a rule that reads the fact. */
function deniedFor(policy: Policy, path: string, facts: ReleaseFacts, at: Instant): boolean {
  const { outcome, reasons } = decideRelease(policy, facts, at);
  if (outcome !== 'deny' && outcome !== 'allow_reduced') return false;
  return reasons.some(({ policy: id }) =>
    [...(policy.reads.get(id) ?? [])].some((read) => read.startsWith(path)),
  );
}

function disclosureOf(now: Instant): Instant {
  return plus(now, 1);
}

function factsOf(
  policy: Policy,
  enrolment: Enrolment,
  kind: ArtifactKind,
  now: Instant,
): ReleaseFacts {
  return {
    principal: {
      kind: 'participant',
      enrolment: { ...enrolment, standing: 'active' },
      consent: 'signatory',
      involvement: 'none',
      doubted: false,
    },
    artifact: { kind, variant: 'full' },
    vulnerability: {
      severity: 'critical',
      vector: 'network',
      impacts: IMPACTS,
      score: 10,
      products: [...policy.products, OTHER_PRODUCT],
      discovery: 'human',
      events: { ...NO_EVENTS, fixReadyAt: now },
    },
    schedule: {
      disclosureAt: disclosureOf(now),
      opensAt: Object.fromEntries(Object.keys(policy.leads).map((lead) => [lead, now])),
    },
    assurance: 'sealed',
    platform: 'sound',
  };
}
