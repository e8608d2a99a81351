import { type ErrorCode, TocsinError } from '../../domain/errors.ts';
import type {
  AlertId,
  ArtifactId,
  ChangeId,
  MemberChangeId,
  MoveId,
  ProposalId,
  StepId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { VetoableAct } from '../../domain/second-person.ts';
import {
  type Announced,
  announcedForUpdate,
  dueAnnounced,
  endAnnounced,
  recordEnd,
} from '../../store/announcement-store.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { lockToChange } from '../../store/locks.ts';
import { SYSTEM } from '../act.ts';
import { requireApart } from '../affiliations.ts';
import { concludeChange } from '../alert/alert-change.ts';
import { concludeApproval } from '../alert/approve-alert.ts';
import { concludeMove } from '../alert/move-disclosure.ts';
import { concludeAddition } from '../alert/propose-addition.ts';
import type { Context } from '../context.ts';
import { concludeMemberChange } from '../member/member-change.ts';
import { concludeStep } from '../member/standing-steps.ts';
import { THE_WAIT } from '../people/conclude.ts';
import { concludePolicy } from '../policy/change-policy.ts';

type Conclude = (context: Context, tx: Tx, announced: Announced, now: Instant) => Promise<unknown>;

const member: Conclude = (context, tx, { id, digest }, now) => {
  const change = id as string as MemberChangeId;
  const stated = { decision: 'confirm', digest } as const;
  return concludeMemberChange(context, tx, THE_WAIT, change, stated, now);
};

const standing: Conclude = (context, tx, { id }, now) =>
  concludeStep(context, tx, THE_WAIT, id as string as StepId, 'confirm', now);

/** What a second person's confirmation of each act does. */
const CONCLUDE: Readonly<Record<VetoableAct, Conclude>> = {
  alert_approval: (context, tx, { subject, digest, proposer }, now) => {
    const announced = { alert: subject as AlertId, digest, proposer };
    return concludeApproval(context, tx, THE_WAIT, announced, now);
  },
  alert_change: (context, tx, { id, digest }, now) =>
    concludeChange(context, tx, THE_WAIT, id as string as ChangeId, digest, now),
  disclosure_change: (context, tx, { id, digest }, now) =>
    concludeMove(context, tx, THE_WAIT, id as string as MoveId, digest, now),
  late_artifact: (context, tx, { id, digest }, now) =>
    concludeAddition(context, tx, THE_WAIT, id as string as ArtifactId, digest, now),
  policy: (context, tx, { id, digest }, now) =>
    concludePolicy(context, tx, THE_WAIT, id as string as ProposalId, digest, now),
  admission: member,
  import: member,
  member_facts: member,
  terms: member,
  register: member,
  reinstatement: standing,
  removal: standing,
};

/** How many took effect, and the codes of what kept others from it that is no refusal. */
export type Concluded = { readonly done: number; readonly failed: readonly ErrorCode[] };

/**
 * Puts in force what was announced and nobody vetoed, one transaction each, by the function that a
 * second person's confirmation calls. What cannot be, because something has changed since, is void,
 * and goes on waiting for a person. What fails otherwise is tried again by the next cycle, and
 * stands first and overdue on the work list until it takes effect or is vetoed: what one person
 * announced is no fault of the server's. Killed anywhere, the next cycle goes on. While the clock
 * is doubted nobody can say whose wait is over.
 * @throws where store or ledger fail, after all others had their turn.
 */
export async function concludeAnnounced(context: Context, now: Instant): Promise<Concluded> {
  const due = await context.store.issuer(async (tx) =>
    (await clockDoubted(tx)) ? [] : dueAnnounced(tx, now),
  );
  let done = 0;
  const failed: ErrorCode[] = [];
  const thrown: unknown[] = [];
  for (const one of due) {
    try {
      if (await concludeOrEnd(context, one, now)) done += 1;
    } catch (error) {
      const code = error instanceof TocsinError ? error.code : 'INTERNAL';
      if (/^(STORE|LEDGER)_/.test(code)) thrown.push(error);
      else failed.push(code);
    }
  }
  if (thrown.length > 0) throw thrown[0];
  return { done, failed };
}

async function concludeOrEnd(context: Context, one: Due, now: Instant): Promise<boolean> {
  try {
    const done = await conclude(context, one, now);
    await context.reached('announced.committed');
    return done;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await context.store.issuer((tx) => end(tx, one, now));
    return false;
  }
}

type Due = Pick<Announced, 'id' | 'programme'>;

async function conclude(context: Context, { id, programme }: Due, now: Instant): Promise<boolean> {
  return context.store.issuer(async (tx) => {
    await lockToChange(tx, programme);
    if (await clockDoubted(tx)) return false;
    // Read again under the lock: a person may have decided or vetoed it meanwhile.
    const announced = await announcedForUpdate(tx, id);
    if (announced?.outcome !== null) return false;
    // Nobody else had a part in it: the wall around a participant's matters is around who began it.
    await requireApart(tx, announced.proposer, 'announced', id);
    await CONCLUDE[announced.act](context, tx, announced, now);
    const act = { programme, actor: SYSTEM, at: now };
    await recordEnd(tx, act, announced, 'took_effect');
    await context.reached('announced.concluded');
    return true;
  });
}

async function end(tx: Tx, { id, programme }: Due, now: Instant): Promise<void> {
  await lockToChange(tx, programme);
  const announced = await announcedForUpdate(tx, id);
  if (announced?.outcome !== null) return;
  await endAnnounced(tx, { programme, actor: SYSTEM, at: now }, announced, 'void');
}

/** What says that the act as it was announced cannot be, rather than not now. */
const REFUSED: ReadonlySet<string> = new Set([
  'INVALID_INPUT',
  'UNSUPPORTED',
  'LIMIT_EXCEEDED',
  'NOT_FOUND',
  'CONFLICT',
  'VERSION_MISMATCH',
  'SECOND_PERSON',
  'CONFLICT_OF_INTEREST',
  'APPROVAL_VOID',
  'TIMING_REFUSED',
  'POLICY_INVALID',
  'POLICY_ERROR',
  'KEY_INVALID',
  'KEY_SEALED',
]);

function isRefusal(error: unknown): boolean {
  return error instanceof TocsinError && REFUSED.has(error.code);
}
