import { effectiveDecision, type ReasonCode } from '../../domain/decision.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type SentRow, sentRows } from '../../formats/sent-list.ts';
import { type PlanStep, timeline } from '../../policy/plan.ts';
import type { Policy } from '../../policy/policy.ts';
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
import { nameOf } from '../render-shelf.ts';
import { unknownAlert } from './draft-alert.ts';
import { type AlertFacts, alertFacts, factsFor, participantFacts, seenIn } from './grant-due.ts';

/**
 * What the policy in force says of something that was sent. `as_decided`: it would have been given;
 * `reduced_only`: the general description in its place; `too_early`: later; `held`: if a person had
 * said so; `denied`: never, by the facts of today.
 */
export type SentVerdict =
  | 'as_decided'
  | 'reduced_only'
  | 'too_early'
  | 'held'
  | 'denied'
  | 'unknown_participant'
  | 'unknown_artifact';

/** A row of the list and an artifact of it. */
export type SentFinding = {
  readonly line: number;
  readonly participant: ParticipantId | null;
  readonly artifact: ArtifactId | null;
  readonly at: Instant;
  readonly verdict: SentVerdict;
  /** From when it would have been given; null where it was, or never would be. */
  readonly from: Instant | null;
  readonly reason: ReasonCode | null;
};

/** What would have been given by now, and is on no row of the list. */
export type NotSent = {
  readonly participant: ParticipantId;
  readonly artifacts: readonly ArtifactId[];
};

const PAGE = 500;
/** Rows that name no artifact are as many findings as the alert has artifacts. */
const MAX_FINDINGS = 20_000;

/**
 * Compares what was really sent of an alert by another way with what the policy in force says by
 * the facts on record now: row by row, and who would have been given what was not sent. Keeps
 * nothing.
 * @param list CSV, see `sentRows`
 * @throws NOT_FOUND; INVALID_INPUT as `sentRows`; LIMIT_EXCEEDED for more than 20 000 rows, where
 *   one without an artifact counts for each that the alert has.
 */
export async function compareSent(
  context: Context,
  id: AlertId,
  list: string,
  now: Instant,
): Promise<{ findings: readonly SentFinding[]; notSent: readonly NotSent[] }> {
  const rows = sentRows(list);
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const asked = await prepare(context, tx, alert);
    checkLength(rows, asked);
    const sent = new Map<ParticipantId, Set<ArtifactId>>();
    const findings = rows.flatMap((row) => {
      const found = findingsOf(asked, row);
      for (const { participant, artifact } of found) {
        if (participant === null || artifact === null) continue;
        const those = sent.get(participant) ?? new Set();
        sent.set(participant, those.add(artifact));
      }
      return found;
    });
    const notSent = [...asked.people.values()].flatMap((one): NotSent[] => {
      const { artifacts } = asked.facts;
      const decided = artifacts.map((artifact) => decidedAt(stepsOf(asked, one, artifact), now));
      const open = [...seenIn(artifacts, decided)];
      const missing = open.filter((artifact) => !sent.get(one.enrolled.participant)?.has(artifact));
      return missing.length === 0
        ? []
        : [{ participant: one.enrolled.participant, artifacts: missing }];
    });
    return { findings, notSent };
  });
}

function checkLength(rows: readonly SentRow[], { facts }: Asked): void {
  const all = rows.filter(({ artifact }) => artifact === null).length;
  if (rows.length - all + all * facts.artifacts.length <= MAX_FINDINGS) return;
  const expected = `list: expected at most ${MAX_FINDINGS} rows times artifacts, found more`;
  throw new TocsinError('LIMIT_EXCEEDED', expected, { field: 'list' });
}

type One = { readonly enrolled: Enrolled; readonly relation: AlertRelation };

type Asked = {
  readonly policy: Policy;
  readonly facts: AlertFacts;
  readonly people: ReadonlyMap<ParticipantId, One>;
  /** By id, and by name where only one has it. */
  readonly names: ReadonlyMap<string, ParticipantId | null>;
  readonly artifacts: ReadonlyMap<string, ArtifactRow | null>;
  /** What was decided already: a list names the same again and again. */
  readonly steps: Map<string, PlanStep[]>;
};

async function prepare(context: Context, tx: Tx, alert: AlertRow): Promise<Asked> {
  const policy = await context.policies.active(tx, alert.programme);
  const facts = await alertFacts(context, tx, alert);
  const keys = await context.keys.alert(tx, alert.id);
  const people = new Map<ParticipantId, One>();
  const names = new Map<string, ParticipantId | null>();
  for (let after: ParticipantId | null = null; ; ) {
    const page: Enrolled[] = await enrolmentsPage(tx, alert.programme, after, PAGE);
    const ids = page.map(({ participant }) => participant);
    const relations = await relationsTo(tx, alert.id, ids);
    for (const enrolled of page) {
      const { participant, name } = enrolled;
      people.set(participant, { enrolled, relation: relations.get(participant) ?? NO_RELATION });
      names.set(name, names.has(name) ? null : participant);
      names.set(participant, participant);
    }
    after = page.at(-1)?.participant ?? null;
    if (page.length < PAGE) break;
  }
  const artifacts = new Map<string, ArtifactRow | null>();
  for (const artifact of facts.artifacts) {
    const name = nameOf(artifact, keys);
    artifacts.set(name, artifacts.has(name) ? null : artifact);
    artifacts.set(artifact.id, artifact);
  }
  return { policy, facts, people, names, artifacts, steps: new Map() };
}

function findingsOf(asked: Asked, row: SentRow): SentFinding[] {
  const { line, at } = row;
  const participant = asked.names.get(row.participant) ?? null;
  const one = participant === null ? undefined : asked.people.get(participant);
  const nothing = { line, at, participant, from: null, reason: null, artifact: null };
  if (one === undefined) return [{ ...nothing, verdict: 'unknown_participant' }];
  const named = row.artifact === null ? undefined : asked.artifacts.get(row.artifact);
  if (row.artifact !== null && !named) return [{ ...nothing, verdict: 'unknown_artifact' }];
  return (named ? [named] : asked.facts.artifacts).map((artifact) => ({
    ...nothing,
    artifact: artifact.id,
    ...verdictOf(stepsOf(asked, one, artifact), at),
  }));
}

function stepsOf({ policy, facts, steps }: Asked, one: One, artifact: ArtifactRow): PlanStep[] {
  const key = `${one.enrolled.participant} ${artifact.id}`;
  const known = steps.get(key);
  if (known) return known;
  const principal = participantFacts(one.enrolled, one.relation);
  const made = timeline(policy, factsFor(facts, artifact, principal)).map(({ at, decision }) => ({
    at,
    decision: effectiveDecision(decision, artifact.reducedBy !== null),
  }));
  steps.set(key, made);
  return made;
}

/** Before its first step an alert is nobody's. */
function decidedAt(steps: readonly PlanStep[], at: Instant): PlanStep['decision'] {
  const step = steps.findLast((each) => each.at <= at) ?? steps[0];
  if (step === undefined)
    throw new TocsinError('INTERNAL', 'timeline: expected a step, found none');
  return step.decision;
}

function verdictOf(
  steps: readonly PlanStep[],
  at: Instant,
): Pick<SentFinding, 'verdict' | 'from' | 'reason'> {
  const { outcome, reasons } = decidedAt(steps, at);
  const reason = reasons[0]?.code ?? null;
  if (outcome === 'allow') return { verdict: 'as_decided', from: null, reason: null };
  const from = steps.find((step) => step.at > at && step.decision.outcome === 'allow')?.at ?? null;
  if (from !== null) return { verdict: 'too_early', from, reason };
  if (outcome === 'allow_reduced') return { verdict: 'reduced_only', from, reason };
  return { verdict: outcome === 'hold' ? 'held' : 'denied', from, reason };
}
