import { canonicalJson, type Json } from '../crypto/canonical.ts';
import { sha256, sha256Hex } from '../crypto/hash.ts';
import type { Decision, Outcome, ReasonCode, ReleaseFacts } from '../domain/decision.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { waves } from '../domain/schedule.ts';
import { changesAt, decideRelease } from '../policy/decide.ts';
import type { Policy } from '../policy/policy.ts';
import { type AlertRow, type ArtifactRow, alertById, artifactsOf } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import { consentsOf, type Enrolled, enrolmentsPage } from '../store/participant-reader.ts';
import type { Context } from './context.ts';
import { unknownAlert } from './draft-alert.ts';
import { factsFor } from './grant-due.ts';

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
};

export type PlanWave = {
  readonly at: Instant;
  readonly allowed: number;
  readonly allowedReduced: number;
  readonly held: number;
  readonly denied: number;
  readonly reasons: Readonly<Record<string, number>>;
};

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
 */
export async function makePlan(context: Context, tx: Tx, alert: AlertRow): Promise<Plan> {
  const policy = await context.policies.active(tx, alert.programme);
  const artifacts = await artifactsOf(tx, alert.id);
  const opening = waves(alert.schedule);
  const counts = opening.map((at) => newCount(at));
  const head = planHead(alert, artifacts, policy);
  const hashes: Buffer[] = [sha256(Buffer.from(canonicalJson(head)))];
  const lines: PlanLine[] = [];
  let participants = 0;
  let after: ParticipantId | null = null;
  for (;;) {
    const page: Enrolled[] = await enrolmentsPage(tx, alert.programme, after, PAGE);
    const consents = await consentsOf(
      tx,
      alert.id,
      page.map((row) => row.participant),
    );
    for (const enrolled of page) {
      const consent = consents.get(enrolled.participant) ?? 'no_embargo';
      const principal = { kind: 'participant', enrolment: enrolled.enrolment, consent } as const;
      const line = planLine(policy, alert, artifacts, enrolled, principal);
      for (const count of counts) addToCount(count, policy, alert, artifacts, principal);
      hashes.push(sha256(Buffer.from(canonicalJson(line as unknown as Json))));
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
      steps: timeline(policy, factsFor(alert, artifact, { kind: 'public' })),
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

function planLine(
  policy: Policy,
  alert: AlertRow,
  artifacts: readonly ArtifactRow[],
  { participant, name }: Enrolled,
  principal: ReleaseFacts['principal'],
): PlanLine {
  return {
    participant,
    name,
    artifacts: artifacts.map((artifact) => ({
      artifact: artifact.id,
      steps: timeline(policy, factsFor(alert, artifact, principal)),
    })),
  };
}

/**
 * Instants in the facts are few; a timeline with more steps than this would be a fault of the
 * engine.
 */
const MAX_STEPS = 32;

function timeline(policy: Policy, facts: ReleaseFacts): PlanStep[] {
  const steps: PlanStep[] = [];
  let at: Instant | null = waves(facts.schedule)[0] ?? facts.schedule.disclosureAt;
  while (at !== null && steps.length < MAX_STEPS) {
    const decision: Decision = decideRelease(policy, facts, at);
    steps.push({
      at,
      outcome: decision.outcome,
      reasons: decision.reasons.map((reason) => reason.code),
    });
    at = changesAt(policy, facts, at);
  }
  return steps;
}

type Count = { -readonly [K in keyof PlanWave]: PlanWave[K] } & { reasons: Record<string, number> };

function newCount(at: Instant): Count {
  return { at, allowed: 0, allowedReduced: 0, held: 0, denied: 0, reasons: {} };
}

function addToCount(
  count: Count,
  policy: Policy,
  alert: AlertRow,
  artifacts: readonly ArtifactRow[],
  principal: ReleaseFacts['principal'],
): void {
  for (const artifact of artifacts) {
    const decision = decideRelease(policy, factsFor(alert, artifact, principal), count.at);
    switch (decision.outcome) {
      case 'allow':
        count.allowed += 1;
        continue;
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
    for (const { code } of decision.reasons) count.reasons[code] = (count.reasons[code] ?? 0) + 1;
  }
}
