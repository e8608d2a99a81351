import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { lp, sha256, sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { AlertId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type Schedule, waves } from '../../domain/schedule.ts';
import { type AlertRow, alertById, artifactsOf } from '../../store/alert-reader.ts';
import { insertApproval, isAuthor } from '../../store/alert-writer.ts';
import { breakGlassForUpdate } from '../../store/break-glass-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { openInvitationsTo } from '../../store/invitation-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { enrolmentOf, NO_RELATION, relationsTo } from '../../store/participant-reader.ts';
import { programmeById } from '../../store/programme-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { markKeyOf } from '../keyring.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy } from '../people/conclude.ts';
import { keepHead, readHead } from './alert-head.ts';
import { type BreakGlassReason, breakGlass } from './break-glass.ts';
import { unknownAlert } from './draft-alert.ts';
import { opensToSignatory, windowFault } from './embargo-consent.ts';
import { alertFacts } from './grant-due.ts';
import { holdDate, recordSaid, setAside, type TimingAnswers } from './hold-date.ts';
import { makePlan } from './plan-alert.ts';
import { type ApprovalSignature, keepSignature } from './sign-approval.ts';
import { isSettled, standingOf } from './timing-facts.ts';

/** What the second person says beside approving. */
export type ApprovalAnswers = {
  /** Why they take findings of the clock upon themselves, by code. */
  readonly accept?: TimingAnswers['accept'];
  /** Why it is to be published at once, with this approval. */
  readonly emergency?: BreakGlassReason | null;
  /** Their signature over this plan, by a passkey. */
  readonly signature?: ApprovalSignature | null;
};

/** What is said beside the digest itself, all of it. */
type Said = Required<Omit<ApprovalAnswers, 'signature'>>;

/** What came of an approval. */
export type Approved = {
  readonly alert: AlertId;
  readonly plan: string;
  /** None while it is announced. */
  readonly waves: readonly Instant[];
  /** When an author's announcement takes effect, unless somebody vetoes it; null: it has. */
  readonly takesEffectAt: Instant | null;
};

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/**
 * The second person approves exactly the plan with this digest. The plan is made again here, under
 * the lock that holds off every change of its facts: if anything changed since it was shown, the
 * digest differs and nothing is approved. What is overdue by then is released in one wave. Where
 * the programme has chosen so, an author announces it instead, and all may veto that.
 * @throws SECOND_PERSON for whoever opened or changed the alert; APPROVAL_VOID for another plan;
 * CONFLICT when approved already, or where a wave opens while somebody invited may still answer;
 * TIMING_REFUSED where the clock refuses its T0 and this is no emergency; as `keepSignature`.
 */
export async function approveAlert(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  digest: string,
  now: Instant,
  key: IdempotencyKey | null = null,
  { accept = {}, emergency = null, signature = null }: ApprovalAnswers = {},
): Promise<Approved> {
  return once(context, key, now, async (tx) => {
    const alert = await alertToApprove(context, tx, alertId, digest, now);
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const approved = { alert: alertId, plan: digest };
    await keepSignature(context, tx, act, caller, { ...approved, accept, emergency }, signature);
    const own = await isAuthor(tx, alertId, caller.id);
    const answers = { accept, emergency };
    if (own && saysNothing(answers)) {
      const announced = { act: 'alert_approval', id: newId(), subject: alertId, digest } as const;
      const takesEffectAt = await announce(tx, act, { ...announced, proposer: caller.id });
      if (takesEffectAt !== null) {
        // What the clock refuses now is not announced: it would be void at the end of the wait.
        await holdPlan(context, tx, act, alert, caller.id, answers);
        return { ...approved, waves: [], takesEffectAt };
      }
    }
    const by = concludedBy(caller);
    const waves = await putApproval(context, tx, act, by, alert, digest, {
      ...answers,
      by: caller.id,
    });
    return { ...approved, waves, takesEffectAt: null };
  });
}

/** What was announced takes effect as an approval does. It accepts no finding of the clock. */
export async function concludeApproval(
  context: Context,
  tx: Tx,
  by: Concluder,
  announced: { readonly alert: AlertId; readonly digest: string; readonly proposer: PersonId },
  now: Instant,
): Promise<void> {
  const { digest, proposer } = announced;
  const alert = await alertToApprove(context, tx, announced.alert, digest, now);
  const act = { programme: alert.programme, actor: by.actor, at: now };
  const answers = { accept: {}, emergency: null, by: proposer };
  await putApproval(context, tx, act, by, alert, digest, answers);
}

/** What would take another person now cannot be announced. */
function saysNothing({ accept, emergency }: Said): boolean {
  return emergency === null && Object.keys(accept).length === 0;
}

/** A draft under the release lock, whose plan is the one with this digest. */
async function alertToApprove(
  context: Context,
  tx: Tx,
  id: AlertId,
  digest: string,
  now: Instant,
): Promise<AlertRow> {
  const known = await alertById(tx, id);
  if (!known) throw unknownAlert();
  await lockToChange(tx, known.programme);
  const alert = await alertById(tx, id);
  if (!alert) throw unknownAlert();
  if (alert.state !== 'draft') {
    throw new TocsinError('CONFLICT', `alert: expected a draft, found it ${alert.state}`);
  }
  const plan = await makePlan(context, tx, alert);
  if (plan.digest !== digest) {
    throw new TocsinError(
      'APPROVAL_VOID',
      `plan: expected digest ${plan.digest}, of the plan as it is now, found ${digest}`,
      { field: 'plan' },
    );
  }
  await checkWindows(context, tx, alert, now);
  return alert;
}

/** Returns the waves laid out. The database refuses an author, and a wait that was none. */
async function putApproval(
  context: Context,
  tx: Tx,
  act: Act,
  { person }: Concluder,
  alert: AlertRow,
  plan: string,
  { accept, emergency, by }: Said & { readonly by: PersonId },
): Promise<Instant[]> {
  const published = (await breakGlassForUpdate(tx, alert.id)) !== null;
  if (!published) await holdPlan(context, tx, act, alert, by, { accept, emergency });
  const opening = wavesFrom(alert.schedule, act.at);
  await insertApproval(tx, act, { alert: alert.id, plan, approver: person, waves: opening });
  await commitMarks(context, tx, alert, act);
  if (emergency === null || published) return opening;
  await breakGlass(tx, act, alert, by, emergency);
  return [act.at];
}

/** The waves still to come; those whose time has passed are one wave of this moment. */
function wavesFrom(schedule: Schedule, now: Instant): Instant[] {
  return [...new Set(waves(schedule).map((at) => (at < now ? now : at)))];
}

/**
 * Holds the T0 of the plan against the clock, as it is now. An emergency is not held against it,
 * since its embargo ends with this approval; what it sets aside is recorded.
 */
async function holdPlan(
  context: Context,
  tx: Tx,
  act: Act,
  alert: AlertRow,
  by: PersonId,
  { accept, emergency }: Said,
): Promise<void> {
  const head = await readHead(context, tx, alert);
  if (isSettled(alert, head, act.at)) return;
  const policy = await context.policies.active(tx, alert.programme);
  const standing = await standingOf(tx, policy, alert, head, null, act.at);
  const { id, schedule } = alert;
  const asked = { policy, schedule, standing, kept: head.timing, by, second: true };
  const { record, said } =
    emergency === null ? holdDate(asked, { reasons: [], accept }, act.at) : setAside(asked, act.at);
  if (record.accepted.length > head.timing.accepted.length) {
    await keepHead(context, tx, id, { ...head, timing: record });
  }
  await recordSaid(tx, act, { alert: id, disclosureAt: schedule.disclosureAt }, said);
}

/**
 * Invitations outlive a change of their alert; no wave may go out before their answers are in.
 * @throws CONFLICT naming wave and deadline.
 */
export async function checkWindows(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  now: Instant,
): Promise<void> {
  const open = await openInvitationsTo(tx, alert.id);
  if (open.length === 0) return;
  const policy = await context.policies.active(tx, alert.programme);
  const facts = await alertFacts(context, tx, alert);
  const invited = open.map(({ participant }) => participant);
  const relations = await relationsTo(tx, alert.id, invited);
  for (const { participant, deadline } of open) {
    if (deadline <= now) continue;
    const relation = relations.get(participant) ?? NO_RELATION;
    const enrolled = await enrolmentOf(tx, alert.programme, participant);
    const opens = enrolled && opensToSignatory(policy, facts, enrolled, relation, now);
    const fault = opens && windowFault(alert, opens, deadline, now);
    if (fault) throw new TocsinError('CONFLICT', fault, { field: 'deadline' });
  }
}

/**
 * Commits to the mark key and the slot tables before any copy exists: with both fixed, so is every
 * reader's word (docs/decisions/0003). Readers' own commitments follow before their first delivery.
 */
export async function commitMarks(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  act: Act,
): Promise<void> {
  const keys = await context.keys.alert(tx, alert.id);
  const tables: Json[] = [];
  let slots = 0;
  for (const artifact of await artifactsOf(tx, alert.id)) {
    const { table } = await context.renders.open(tx, artifact, keys);
    tables.push(sha256Hex(Buffer.from(canonicalJson(table))));
    slots += table.slots.length;
  }
  const { readerCap } = await programmeById(tx, alert.programme);
  await recordEvent(tx, {
    type: 'marks_committed',
    ...act,
    data: {
      alert: alert.id,
      key: sha256Hex(lp('tocsin/mark-key/v1', alert.id), markKeyOf(keys)),
      tables: sha256(Buffer.from(canonicalJson(tables))).toString('hex'),
      slots,
      cap: readerCap,
    },
  });
}
