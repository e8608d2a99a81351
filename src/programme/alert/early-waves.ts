import { newId } from '../../crypto/random.ts';
import type { Actor } from '../../domain/event.ts';
import type { AlertId, MoveId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { type Schedule, waves } from '../../domain/schedule.ts';
import { broughtForward, type Policy } from '../../policy/policy.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import { bumpAlert, touchAlert } from '../../store/alert-writer.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import {
  decideMove,
  dueMove,
  insertMove,
  moveById,
  noticeChange,
  openMoves,
} from '../../store/disclosure-store.ts';
import { reschedule, rescheduleDraft } from '../../store/policy-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { type AlertHead, vulnerabilityOf } from './alert-head.ts';
import { lockedAlert } from './draft-alert.ts';

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/**
 * [R54] Because it is exploited, and the pack brings waves forward then, it is proposed that those
 * to come open now. A second person puts that in force; nobody's answer is a yes once it is due;
 * only a reason refuses it. Of a draft nothing is proposed: its plan is still to be approved, and
 * shows the earlier waves at once. Returns the proposal, or null.
 */
export async function proposeEarlyWaves(
  tx: Tx,
  act: Act,
  policy: Policy,
  alert: AlertRow,
  { facts }: AlertHead,
  person: PersonId,
): Promise<MoveId | null> {
  const { id, schedule, state } = alert;
  const early = earlyWaves(policy, schedule, facts, act.at);
  if (early === null) return null;
  if (state === 'draft') {
    await rescheduleDraft(tx, id, early);
    return null;
  }
  const open = (await openMoves(tx, id)).find(({ kind }) => kind === 'compress');
  if (open) return open.id;
  const proposal = newId<MoveId>();
  const dueAt = plus(act.at, policy.embargo.decideExploitedWithinMs);
  const about = { id: proposal, alert: id, kind: 'compress', to: schedule.disclosureAt } as const;
  await insertMove(tx, act, { ...about, proposer: person, dueAt });
  return proposal;
}

/** A schedule with the waves to come brought forward to `at`; null: there are none. */
export function earlyWaves(
  policy: Policy,
  schedule: Schedule,
  facts: AlertHead['facts'],
  at: Instant,
): Schedule | null {
  if (schedule.disclosureAt <= at) return null;
  const early = broughtForward(policy, schedule, facts, at);
  return early === schedule ? null : early;
}

/**
 * Opens the waves to come and tells whoever has something of the alert that something changed.
 * Returns how many. The caller holds the exclusive release lock and the alert's row.
 */
export async function openEarly(
  tx: Tx,
  act: Act,
  policy: Policy,
  { id, state, version }: AlertRow,
  early: Schedule,
  proposer: PersonId,
): Promise<number> {
  if (state === 'draft') {
    await rescheduleDraft(tx, id, early);
    await bumpAlert(tx, act, id, version + 1, proposer);
  } else {
    await touchAlert(tx, act, id, version + 1, proposer);
    await reschedule(tx, act, id, early, waves(early));
  }
  return tellOfChange(tx, act, policy, id);
}

/** Tells whoever has something of an alert that something changed; in shadow nobody. */
export async function tellOfChange(
  tx: Tx,
  act: Act,
  { shadow }: Policy,
  alert: AlertId,
): Promise<number> {
  return shadow ? 0 : noticeChange(tx, act, alert);
}

/**
 * Takes silence for a yes wherever a proposal is due, one transaction each; what there is nothing
 * left to do about is overtaken. Killed anywhere, the next cycle goes on. While the clock is
 * doubted nobody can say what is due. Returns how many there were.
 */
export async function decideBySilence(context: Context, now: Instant): Promise<number> {
  for (let decided = 0; ; decided += 1) {
    const more = await context.store.issuer((tx) => decideNext(context, tx, now));
    if (!more) return decided;
  }
}

async function decideNext(context: Context, tx: Tx, now: Instant): Promise<boolean> {
  const due = (await clockDoubted(tx)) ? null : await dueMove(tx, now);
  if (due === null) return false;
  const { alert } = await lockedAlert(tx, due.alert, null);
  // Read again under the lock: a person may have decided meanwhile.
  if ((await moveById(tx, due.id))?.decidedAt !== null) return true;
  const act = { programme: alert.programme, actor: SYSTEM, at: now };
  const policy = await context.policies.active(tx, alert.programme);
  const facts = await vulnerabilityOf(context, tx, alert);
  const early = earlyWaves(policy, alert.schedule, facts, now);
  await decideMove(tx, act, due, { how: early === null ? 'overtaken' : 'silence' });
  if (early !== null) await openEarly(tx, act, policy, alert, early, due.proposer);
  return true;
}
