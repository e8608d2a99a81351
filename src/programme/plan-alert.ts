import { canonicalJson, type Json } from '../crypto/canonical.ts';
import { sha256, sha256Hex } from '../crypto/hash.ts';
import type { Outcome, ReasonCode } from '../domain/decision.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import {
  countsFor,
  type PlanStep as DecidedStep,
  type ParticipantPlan,
  type PlannedWave,
  planParticipant,
  timeline,
} from '../policy/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { type AlertRow, type ArtifactRow, alertById } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import {
  type Enrolled,
  enrolmentsPage,
  NO_RELATION,
  relationsTo,
} from '../store/participant-reader.ts';
import type { Context } from './context.ts';
import { unknownAlert } from './draft-alert.ts';
import { alertFacts, factsFor } from './grant-due.ts';

/** One step of a timeline: from `at` on, this outcome for these reasons. */
export type PlanStep = {
  readonly at: Instant;
  readonly outcome: Outcome;
  readonly reasons: readonly ReasonCode[];
};

/** When one participant gets one artifact, in which form, or why not. */
export type PlanLine = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly artifacts: readonly {
    readonly artifact: ArtifactId;
    readonly steps: readonly PlanStep[];
  }[];
  /** Whether it would get more, or earlier, but for an assessment that it disputes. */
  readonly disputed: boolean;
};

export type PlanWave = Readonly<PlannedWave>;

export type Plan = {
  readonly alert: AlertId;
  readonly version: number;
  /** SHA-256 of the policy in force. */
  readonly policy: string;
  readonly disclosureAt: Instant;
  readonly waves: readonly PlanWave[];
  /** What is public, and from when. */
  readonly publicFrom: readonly {
    readonly artifact: ArtifactId;
    readonly steps: readonly PlanStep[];
  }[];
  readonly participants: number;
  /**
   * Every participant's timeline, while there are not more than `MAX_LISTED`; the digest covers
   * all.
   */
  readonly lines: readonly PlanLine[];
  /** SHA-256 over head and every line: what a second person approves. */
  readonly digest: string;
};

const PAGE = 500;
/**
 * Timelines kept in the answer; a larger programme's plan is counted and digested, page by page.
 */
const MAX_LISTED = 2_000;

/** What would happen, for everybody, before anything is sent. */
export async function planAlert(context: Context, id: AlertId): Promise<Plan> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    return makePlan(context, tx, alert);
  });
}

/**
 * The plan within the caller's transaction. It depends on stored facts only, never on the clock.
 * `each` sees every participant's part.
 */
export async function makePlan(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  each: (part: ParticipantPlan) => void = () => undefined,
): Promise<Plan> {
  const policy = await context.policies.active(tx, alert.programme);
  const facts = await alertFacts(context, tx, alert);
  const { artifacts, vulnerability } = facts;
  const planned = {
    vulnerability,
    schedule: alert.schedule,
    assurance: 'sealed',
    platform: 'sound',
    artifacts,
  } as const;
  const counts = countsFor(planned);
  const hashes: Buffer[] = [sha256(Buffer.from(canonicalJson(planHead(alert, artifacts, policy))))];
  const lines: PlanLine[] = [];
  let participants = 0;
  let after: ParticipantId | null = null;
  for (;;) {
    const page: Enrolled[] = await enrolmentsPage(tx, alert.programme, after, PAGE);
    const ids = page.map((row) => row.participant);
    const relations = await relationsTo(tx, alert.id, ids);
    for (const { participant, name, enrolment, doubted } of page) {
      const relation = relations.get(participant) ?? NO_RELATION;
      const part = planParticipant(
        policy,
        planned,
        { participant, enrolment, ...relation, doubted },
        counts,
      );
      each(part);
      const line = planLine(part, name);
      hashes.push(sha256(Buffer.from(canonicalJson(line))));
      if (lines.length < MAX_LISTED) lines.push(line);
    }
    participants += page.length;
    after = page.at(-1)?.participant ?? null;
    if (page.length < PAGE) break;
  }
  return {
    alert: alert.id,
    version: alert.version,
    policy: policy.sha256,
    disclosureAt: alert.schedule.disclosureAt,
    waves: counts,
    publicFrom: artifacts.map((artifact) => ({
      artifact: artifact.id,
      steps: timeline(policy, factsFor(facts, artifact, { kind: 'public' })).map(told),
    })),
    participants,
    lines,
    digest: sha256Hex(...hashes),
  };
}

/**
 * The part of the plan that is the alert's own. Any change of content changes the alert's version.
 */
function planHead(alert: AlertRow, artifacts: readonly ArtifactRow[], policy: Policy): Json {
  return {
    v: 1,
    alert: alert.id,
    version: alert.version,
    policy: policy.sha256,
    disclosureAt: alert.schedule.disclosureAt,
    opensAt: { ...alert.schedule.opensAt },
    tlp: alert.tlp,
    usePermissions: [...alert.usePermissions],
    artifacts: artifacts.map(({ id, kind, variant, version, marking, reducedBy }) => ({
      id,
      kind,
      variant,
      version,
      marking,
      reducedBy,
    })),
  };
}

function planLine(part: ParticipantPlan, name: string): PlanLine {
  return {
    participant: part.participant,
    name,
    artifacts: part.artifacts.map(({ artifact, steps }) => ({ artifact, steps: steps.map(told) })),
    disputed: part.disputed,
  };
}

function told({ at, decision }: DecidedStep): PlanStep {
  return { at, outcome: decision.outcome, reasons: decision.reasons.map((reason) => reason.code) };
}
