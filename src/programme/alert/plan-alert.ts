import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { sha256, sha256Hex } from '../../crypto/hash.ts';
import type { Outcome, PlatformState, ReasonCode, ReleaseFacts } from '../../domain/decision.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { standing } from '../../domain/revision.ts';
import type { Transition } from '../../domain/transition.ts';
import {
  countsFor,
  type PlanStep as DecidedStep,
  type ParticipantPlan,
  type PlannedWave,
  planParticipant,
  timeline,
} from '../../policy/plan.ts';
import type { Policy } from '../../policy/policy.ts';
import { sentenceFor } from '../../policy/sentence.ts';
import { type AlertRow, type ArtifactRow, alertById } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import {
  type AlertRelation,
  type Enrolled,
  enrolmentsPage,
  NO_RELATION,
  relationsTo,
} from '../../store/participant-reader.ts';
import type { Context } from '../context.ts';
import { readHead, type TimingRecord } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';
import { alertFacts, factsFor } from './grant-due.ts';

/** One step of a timeline: from `at` on, this outcome for these reasons. */
export type PlanStep = {
  readonly at: Instant;
  readonly outcome: Outcome;
  readonly reasons: readonly ReasonCode[];
};

/** When somebody gets one artifact, in which form, or why not. */
export type PlanTimeline = {
  readonly artifact: ArtifactId;
  readonly steps: readonly PlanStep[];
  /** The first step as a sentence, with what follows it where nothing is given at first. */
  readonly says: string;
};

/** What one participant gets of an alert. */
export type PlanLine = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly artifacts: readonly PlanTimeline[];
  /** Whether it would get more, or earlier, but for an assessment that it disputes. */
  readonly disputed: boolean;
  /** What stands in for facts of which nothing is known; null: nothing does. */
  readonly transition: Transition | null;
};

export type PlanWave = Readonly<PlannedWave>;

/** A plan without the timelines of its participants. */
export type PlanSummary = {
  readonly alert: AlertId;
  readonly version: number;
  /** SHA-256 of the policy in force. */
  readonly policy: string;
  readonly disclosureAt: Instant;
  readonly waves: readonly PlanWave[];
  /** What is public, and from when. */
  readonly publicFrom: readonly PlanTimeline[];
  readonly participants: number;
  /** SHA-256 over head and every participant's timelines: what a second person approves. */
  readonly digest: string;
};

export type Plan = PlanSummary & {
  /**
   * Every participant's timelines, while there are not more than `MAX_LISTED`; the digest covers
   * all.
   */
  readonly lines: readonly PlanLine[];
};

/** A participant's part of a plan, and the facts that it was decided on. */
export type PlanPart = {
  readonly policy: Policy;
  readonly name: string;
  readonly transition: Transition | null;
  readonly part: ParticipantPlan;
  /** In the order of the alert's artifacts, as the part's timelines. */
  readonly facts: readonly { readonly artifact: ArtifactRow; readonly facts: ReleaseFacts }[];
};

/** Facts that a plan supposes instead of those on record. */
export type Supposed = {
  /** What was said for its T0, where that is proposed. */
  readonly said?: TimingRecord;
  /** What participants would be to the alert. */
  readonly relations?: ReadonlyMap<ParticipantId, Partial<AlertRelation>>;
  readonly platform?: PlatformState;
  /** Artifacts that the alert does not have yet. */
  readonly added?: readonly ArtifactRow[];
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
    const lines: PlanLine[] = [];
    const plan = await makePlan(context, tx, alert, (part) => {
      if (lines.length < MAX_LISTED) lines.push(planLine(part));
    });
    return { ...plan, lines };
  });
}

/**
 * The plan within the caller's transaction. It depends on stored facts only, never on the clock.
 * `each` sees every participant's part. What is `supposed` stands in place of what is on record.
 */
export async function makePlan(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  each: (part: PlanPart) => void = () => undefined,
  supposed: Supposed = {},
): Promise<PlanSummary> {
  const policy = await context.policies.active(tx, alert.programme);
  const { timing } = await readHead(context, tx, alert);
  const recorded = await alertFacts(context, tx, alert);
  const facts = { ...recorded, platform: supposed.platform ?? recorded.platform };
  const { vulnerability, platform } = facts;
  const artifacts = standing([...facts.artifacts, ...(supposed.added ?? [])]);
  const factsOf = (principal: ReleaseFacts['principal']) =>
    artifacts.map((artifact) => ({ artifact, facts: factsFor(facts, artifact, principal) }));
  const planned = {
    vulnerability,
    schedule: alert.schedule,
    assurance: 'sealed',
    platform,
    artifacts,
  } as const;
  const counts = countsFor(planned);
  const hashes: Buffer[] = [
    sha256(Buffer.from(canonicalJson(planHead(alert, artifacts, policy, supposed.said ?? timing)))),
  ];
  let participants = 0;
  let after: ParticipantId | null = null;
  for (;;) {
    const page: Enrolled[] = await enrolmentsPage(tx, alert.programme, after, PAGE);
    const ids = page.map((row) => row.participant);
    const related = await relationsTo(tx, alert.id, ids);
    for (const { participant, name, enrolment, doubted } of page) {
      const relation = related.get(participant) ?? NO_RELATION;
      const asking = { enrolment, ...relation, ...supposed.relations?.get(participant), doubted };
      const part = planParticipant(policy, planned, { participant, ...asking }, counts);
      const { transition = null } = enrolment;
      hashes.push(sha256(Buffer.from(canonicalJson(digested(part, name, transition)))));
      each({ policy, name, transition, part, facts: factsOf({ kind: 'participant', ...asking }) });
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
    publicFrom: factsOf({ kind: 'public' }).map((one) =>
      spoken(policy, one, timeline(policy, one.facts)),
    ),
    participants,
    digest: sha256Hex(...hashes),
  };
}

/**
 * The part of the plan that is the alert's own. Any change of content changes the alert's version.
 */
function planHead(
  alert: AlertRow,
  artifacts: readonly ArtifactRow[],
  policy: Policy,
  { reasons, accepted }: TimingRecord,
): Json {
  return {
    v: 1,
    alert: alert.id,
    version: alert.version,
    policy: policy.sha256,
    disclosureAt: alert.schedule.disclosureAt,
    opensAt: { ...alert.schedule.opensAt },
    tlp: alert.tlp,
    usePermissions: [...alert.usePermissions],
    timing: {
      reasons: [...reasons].sort(),
      accepted: [...new Set(accepted.map(({ code }) => code))].sort(),
    },
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

/** A participant's part as the digest covers it: what is decided, and no words for it. */
function digested(
  { participant, artifacts, disputed }: ParticipantPlan,
  name: string,
  transition: Transition | null,
): Json {
  return {
    ...(transition === null ? {} : { transition: { ...transition } }),
    participant,
    name,
    artifacts: artifacts.map(({ artifact, steps }) => ({
      artifact,
      steps: steps.map(told).map((step) => ({ ...step, reasons: [...step.reasons] })),
    })),
    disputed,
  };
}

function planLine({ policy, name, transition, part, facts }: PlanPart): PlanLine {
  const { participant, artifacts, disputed } = part;
  const timelines = facts.map((each, i) => spoken(policy, each, artifacts[i]?.steps ?? []));
  return { participant, name, artifacts: timelines, disputed, transition };
}

function spoken(
  policy: Policy,
  { artifact, facts }: PlanPart['facts'][number],
  steps: readonly DecidedStep[],
): PlanTimeline {
  const [first] = steps;
  const hasReduced = artifact.reducedBy !== null;
  const says =
    first === undefined ? '' : sentenceFor(policy, facts, first.decision, first.at, hasReduced);
  return { artifact: artifact.id, steps: steps.map(told), says };
}

function told({ at, decision }: DecidedStep): PlanStep {
  return { at, outcome: decision.outcome, reasons: decision.reasons.map((reason) => reason.code) };
}
