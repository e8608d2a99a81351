import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import type { ArtifactKind, Format, Marking, Variant } from '../../domain/artifact.ts';
import type { Decision } from '../../domain/decision.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import type { Dropped } from '../../marking/freeze.ts';
import type { PlanStep } from '../../policy/plan.ts';
import {
  type Addition,
  additionById,
  admitAddition,
  insertAddition,
} from '../../store/addition-store.ts';
import { type AlertRow, alertById, artifactsOf } from '../../store/alert-reader.ts';
import { touchAlert } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { reschedule } from '../../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { nameOf } from '../render-shelf.ts';
import { commitMarks } from './approve-alert.ts';
import { lockedAlert, unknownAlert } from './draft-alert.ts';
import { type ArtifactInput, checkRoom, freezeNew, placed, versionOf } from './new-artifact.ts';
import { makePlan, type PlanPart } from './plan-alert.ts';

/** An artifact proposed for an alert under way, and the digest that a second person approves. */
export type ProposedAddition = {
  readonly addition: ArtifactId;
  readonly alert: AlertId;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly marking: Marking;
  readonly name: string;
  readonly slots: number;
  readonly reducedBy: ArtifactId | null;
  readonly revises: ArtifactId | null;
  readonly sourcePublishedAt: Instant | null;
  readonly opens: Openings;
  readonly digest: string;
};

/** Participants by what the policy in force gives them of one artifact, and when. */
export type Openings = {
  /** Now, whole. */
  full: number;
  /** Now, the general description in its place. */
  reduced: number;
  /** Now, if a person says so. */
  held: number;
  /** In a wave to come. */
  later: number;
  never: number;
};

/**
 * One person proposes an artifact for an alert of which waves have begun. It is frozen and
 * encrypted, and kept apart: nobody can be given it yet.
 * @throws CONFLICT for an alert of which no wave has begun, to which it is simply added.
 */
export async function proposeAddition(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  input: ArtifactInput,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<ProposedAddition & { readonly dropped: readonly Dropped[] }> {
  const made = await freezeNew(context, alertId, input);
  if (!made) throw unknownAlert();
  return once(context, key, now, async (tx) => {
    const { alert, begun } = await lockedAlert(tx, alertId, made.version);
    if (!begun) throw new TocsinError('CONFLICT', 'alert: expected one of which a wave has begun');
    const keys = await context.keys.alert(tx, alertId);
    const { head, content } = placed(made, alertId, await artifactsOf(tx, alertId), keys);
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await insertAddition(tx, act, head, content, caller.id);
    const proposed = await shown(context, tx, alert, await openAddition(tx, made.id), now);
    const { digest } = proposed;
    const announced = { act: 'late_artifact', id: made.id, digest } as const;
    await announce(tx, act, { ...announced, proposer: caller.id });
    return { ...proposed, dropped: made.frozen.dropped };
  });
}

/** What an open addition would give to whom as things are now. @throws NOT_FOUND */
export async function readAddition(
  context: Context,
  id: ArtifactId,
  now: Instant,
): Promise<ProposedAddition> {
  return context.store.issuer(async (tx) => {
    const addition = await openAddition(tx, id);
    const alert = await alertById(tx, addition.artifact.alert);
    if (!alert) throw unknownAlert();
    return shown(context, tx, alert, addition, now);
  });
}

/**
 * A second person puts a proposed artifact into its alert, bound to the digest of what was shown:
 * its content, and the plan of the alert with it as things are now. Its slot table is committed to
 * before there is a copy, and everybody is decided again in a wave of this moment. One transaction:
 * killed before its commit, the alert is as it was.
 * @throws SECOND_PERSON for the proposer; APPROVAL_VOID where the plan is not the one shown;
 * CONFLICT where the alert has got other artifacts since its slots were frozen.
 */
export async function approveAddition(
  context: Context,
  caller: PersonCaller,
  id: ArtifactId,
  digest: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ artifact: ArtifactId; version: number }> {
  return once(context, key, now, (tx) =>
    concludeAddition(context, tx, concludedBy(caller), id, digest, now),
  );
}

/** The same within a transaction, by whoever concludes it. */
export async function concludeAddition(
  context: Context,
  tx: Tx,
  by: Concluder,
  id: ArtifactId,
  digest: string,
  now: Instant,
): Promise<{ artifact: ArtifactId; version: number }> {
  const known = await openAddition(tx, id);
  const { alert } = await lockedAlert(tx, known.artifact.alert, null);
  // Read again under the lock: two approvals of it wait for each other there.
  const addition = await openAddition(tx, id);
  requireAnother(by, addition.proposer, 'approval');
  if ((await shown(context, tx, alert, addition, now)).digest !== digest) {
    throw new TocsinError(
      'APPROVAL_VOID',
      'digest: expected that of the plan as it is now; look at the addition again',
      { field: 'digest' },
    );
  }
  const artifacts = await artifactsOf(tx, alert.id);
  checkRoom(artifacts);
  // Two may have been proposed for one place.
  versionOf(addition.artifact, artifacts);
  const { slots, ordinal } = addition.artifact;
  // A passage that another artifact has too must be one slot in both.
  if (slots > 0 && ordinal !== artifacts.length) {
    throw new TocsinError(
      'CONFLICT',
      `addition: expected the ${ordinal} artifacts it was frozen beside, found ` +
        `${artifacts.length}; propose it again`,
    );
  }
  const act = { programme: alert.programme, actor: by.actor, at: now };
  const approved = { ordinal: artifacts.length, approver: by.person, digest };
  await admitAddition(tx, act, addition, approved);
  await touchAlert(tx, act, alert.id, alert.version + 1, addition.proposer);
  await commitMarks(context, tx, alert, act);
  await reschedule(tx, act, alert.id, alert.schedule, waves(alert.schedule));
  return { artifact: id, version: alert.version + 1 };
}

async function openAddition(tx: Tx, id: ArtifactId): Promise<Addition> {
  const addition = await additionById(tx, id);
  if (addition && addition.decidedAt === null) return addition;
  throw new TocsinError('NOT_FOUND', 'addition: expected an open one', { field: 'addition' });
}

async function shown(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  { artifact, commitment }: Addition,
  now: Instant,
): Promise<ProposedAddition> {
  const opens: Openings = { full: 0, reduced: 0, held: 0, later: 0, never: 0 };
  const count = ({ part }: PlanPart) => {
    opens[openingOf(part.artifacts.at(-1)?.steps ?? [], now)] += 1;
  };
  const { digest: plan } = await makePlan(context, tx, alert, count, { added: [artifact] });
  const { id, kind, variant, format, marking, slots } = artifact;
  const { reducedBy, revises, sourcePublishedAt } = artifact;
  const bound = { v: 1, addition: id, commitment, plan };
  return {
    addition: id,
    alert: alert.id,
    ...{ kind, variant, format, marking, slots, reducedBy, revises, sourcePublishedAt },
    name: nameOf(artifact, await context.keys.alert(tx, alert.id)),
    opens,
    digest: sha256Hex(Buffer.from(canonicalJson(bound))),
  };
}

function openingOf(steps: readonly PlanStep[], now: Instant): keyof Openings {
  const at = steps.findLast((step) => step.at <= now)?.decision;
  switch (at?.outcome) {
    case 'allow':
      return 'full';
    case 'allow_reduced':
      return 'reduced';
    case 'hold':
      return 'held';
    case 'deny':
    case undefined:
      return steps.some((step) => step.at > now && isGiven(step.decision)) ? 'later' : 'never';
  }
}

function isGiven({ outcome }: Decision): boolean {
  return outcome === 'allow' || outcome === 'allow_reduced';
}
