import type { ArtifactKind, Assurance, Variant } from '../domain/artifact.ts';
import {
  type Decision,
  effectiveDecision,
  type PlatformState,
  type PrincipalFacts,
  type ReasonCode,
  type ReleaseFacts,
} from '../domain/decision.ts';
import type { Consent, Enrolment, Involvement } from '../domain/enrolment.ts';
import type { ArtifactId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { firstWave, type Schedule, waves } from '../domain/schedule.ts';
import type { VulnerabilityFacts } from '../domain/vulnerability.ts';
import { decideLoaded, load, REFUSED_DECISION, turningPoints } from './decide.ts';
import type { Policy } from './policy.ts';
import { withLapse } from './transition.ts';
import { SLOT } from './vocabulary.ts';

/** What a plan must know of an alert. `assurance`: that of the channel the copies will take. */
export type PlannedAlert = {
  readonly vulnerability: VulnerabilityFacts;
  readonly schedule: Schedule;
  readonly assurance: Assurance;
  readonly platform: PlatformState;
  readonly artifacts: readonly {
    readonly id: ArtifactId;
    readonly kind: ArtifactKind;
    readonly variant: Variant;
    /** The reduced variant that stands in for it, if one is linked. */
    readonly reducedBy: ArtifactId | null;
  }[];
};

/** What a plan must know of a participant: its enrolment, and what it is to this alert. */
export type PlannedParticipant = {
  readonly participant: ParticipantId;
  readonly enrolment: Enrolment;
  readonly consent: Consent;
  readonly involvement: Involvement;
  readonly doubted: boolean;
};

/** From `at` on, this decision, until the next step. */
export type PlanStep = { readonly at: Instant; readonly decision: Decision };

/** One participant's part of a plan, as plain data: artifacts in the order of the alert. */
export type ParticipantPlan = {
  readonly participant: ParticipantId;
  readonly artifacts: readonly {
    readonly artifact: ArtifactId;
    readonly steps: readonly PlanStep[];
  }[];
  /** Whether it would get something else but for an assessment of duties that it disputes. */
  readonly disputed: boolean;
};

/**
 * How the decisions stand at one wave, counted in pairs of participant and artifact. `reasons`
 * counts the leading reason of each pair that is not wholly allowed, so that its numbers add up to
 * `allowedReduced + held + denied`.
 */
export type WaveCount = {
  readonly at: Instant;
  allowed: number;
  allowedReduced: number;
  held: number;
  denied: number;
  readonly reasons: Partial<Record<ReasonCode, number>>;
};

/** A wave of a plan: how decisions stand then, and the leak budget. */
export type PlannedWave = WaveCount & {
  /**
   * How many participants may hold each artifact by then, in the order of the alert, whole or with
   * the reduced variant in its place. What was given stays given, whatever is decided later.
   */
  readonly holders: readonly { full: number; reduced: number }[];
};

/** One count for each instant at which a wave of the alert opens, all at zero. */
export function countsFor({
  schedule,
  artifacts,
}: Pick<PlannedAlert, 'schedule' | 'artifacts'>): PlannedWave[] {
  return waves(schedule).map((at) => ({
    at,
    allowed: 0,
    allowedReduced: 0,
    held: 0,
    denied: 0,
    reasons: {},
    holders: artifacts.map(() => ({ full: 0, reduced: 0 })),
  }));
}

/**
 * Plans one participant and adds it to `counts`. A plan of any size is a fold over its
 * participants: nothing is kept between calls but the counts. Depends on nothing but its arguments,
 * so that a digest over all parts is the digest of the plan.
 */
export function planParticipant(
  policy: Policy,
  alert: PlannedAlert,
  { participant, enrolment, consent, involvement, doubted }: PlannedParticipant,
  counts: readonly PlannedWave[],
): ParticipantPlan {
  const relation = { consent, involvement, doubted } as const;
  const artifacts = timelines(policy, alert, { kind: 'participant', enrolment, ...relation });
  for (const [i, { steps }] of artifacts.entries()) countSteps(counts, i, steps);
  const undisputed = withoutDispute(enrolment);
  if (undisputed === null) return { participant, artifacts, disputed: false };
  const fair = { kind: 'participant', enrolment: undisputed, ...relation } as const;
  const disputed = !sameOutcomes(artifacts, timelines(policy, alert, fair));
  return { participant, artifacts, disputed };
}

function timelines(
  policy: Policy,
  { vulnerability, schedule, assurance, platform, artifacts }: PlannedAlert,
  principal: PrincipalFacts,
): ParticipantPlan['artifacts'] {
  // Artifacts of one kind and variant, with or without a reduced one, are decided alike; only their
  // ids differ.
  const decided = new Map<string, readonly PlanStep[]>();
  return artifacts.map(({ id, kind, variant, reducedBy }) => {
    const hasReduced = reducedBy !== null;
    const key = `${kind}/${variant}/${hasReduced}`;
    const steps =
      decided.get(key) ??
      timeline(policy, {
        principal,
        artifact: { kind, variant },
        vulnerability,
        schedule,
        assurance,
        platform,
      }).map(({ at, decision }) => ({ at, decision: effectiveDecision(decision, hasReduced) }));
    decided.set(key, steps);
    return { artifact: id, steps };
  });
}

/** The enrolment without the duties that it disputes; null where it disputes none. */
function withoutDispute(enrolment: Enrolment): Enrolment | null {
  const { duty } = enrolment;
  if (duty.status !== 'stated' || duty.provenance !== 'disputed') return null;
  return { ...enrolment, duty: { ...duty, duties: [], provenance: 'attested' } };
}

function sameOutcomes(a: ParticipantPlan['artifacts'], b: ParticipantPlan['artifacts']): boolean {
  const outcomes = (each: ParticipantPlan['artifacts']) =>
    each.map(({ steps }) => steps.map(({ at, decision }) => `${at} ${decision.outcome}`).join());
  return outcomes(a).join('/') === outcomes(b).join('/');
}

/**
 * Adds one artifact of one participant, the `index`-th, to every wave, side by side: both the waves
 * and the steps are in order, and the steps begin at the first wave.
 */
function countSteps(
  counts: readonly PlannedWave[],
  index: number,
  steps: readonly PlanStep[],
): void {
  let decision = REFUSED_DECISION;
  let held: 'nothing' | 'reduced' | 'full' = 'nothing';
  let next = 0;
  for (const count of counts) {
    for (let step = steps[next]; step !== undefined && step.at <= count.at; step = steps[next]) {
      decision = step.decision;
      if (decision.outcome === 'allow') held = 'full';
      if (decision.outcome === 'allow_reduced' && held === 'nothing') held = 'reduced';
      next += 1;
    }
    countDecision(count, decision);
    const holders = count.holders[index];
    if (holders !== undefined && held !== 'nothing') holders[held] += 1;
  }
}

/**
 * How the decision on `facts` unfolds: a step at the first wave, and one wherever the outcome or
 * its leading reason changes after it.
 */
export function timeline(policy: Policy, facts: ReleaseFacts): PlanStep[] {
  const from = firstWave(facts.schedule);
  const loaded = load(policy, facts, from);
  if (loaded === null) return [{ at: from, decision: REFUSED_DECISION }];
  const { row } = policy.engine;
  const steps: PlanStep[] = [];
  let last: Decision | null = null;
  for (const at of [from, ...turningPoints(loaded, row, from)]) {
    row[SLOT.now] = at;
    const decision = withLapse(policy, facts, decideLoaded(loaded, row), at);
    if (last === null || !alike(last, decision)) steps.push({ at, decision });
    last = decision;
  }
  return steps;
}

function alike(a: Decision, b: Decision): boolean {
  return a === b || (a.outcome === b.outcome && a.reasons[0]?.code === b.reasons[0]?.code);
}

/** Adds one decision to the counts of a wave. */
export function countDecision(count: WaveCount, { outcome, reasons }: Decision): void {
  switch (outcome) {
    case 'allow':
      count.allowed += 1;
      return;
    case 'allow_reduced':
      count.allowedReduced += 1;
      break;
    case 'hold':
      count.held += 1;
      break;
    case 'deny':
      count.denied += 1;
      break;
  }
  const code = reasons[0]?.code ?? 'NO_RULE';
  count.reasons[code] = (count.reasons[code] ?? 0) + 1;
}
