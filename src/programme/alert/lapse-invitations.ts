import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { stepConsent } from '../../policy/embargo/consent.ts';
import type { Policy } from '../../policy/policy.ts';
import { alertById } from '../../store/alert-reader.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import {
  closeInvitation,
  type DueInvitation,
  dueInvitations,
  programmeOfDue,
} from '../../store/invitation-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { putConsent } from '../../store/participant-writer.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { vulnerabilityOf } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';
import { consentState, embargoEnd, embargoTo } from './embargo-consent.ts';

/** Invitations per transaction: bounds how long releases wait for the lock. */
const BATCH = 200;

/**
 * Ends every invitation whose deadline has come: silence is a refusal. Each batch is one
 * transaction; killed anywhere, the next run goes on with what is still open. A late worker changes
 * nothing for anybody, because an answer after the deadline is refused in any case. Returns how
 * many were ended.
 */
export async function lapseInvitations(
  context: Context,
  now: Instant,
  batch = BATCH,
): Promise<number> {
  let ended = 0;
  for (;;) {
    const done = await context.store.issuer(async (tx) => {
      const programme = (await clockDoubted(tx)) ? null : await programmeOfDue(tx, now);
      if (programme === null) return 0;
      await lockToChange(tx, programme);
      const policy = await context.policies.active(tx, programme);
      return lapseDue(context, tx, policy, programme, now, batch);
    });
    if (done === 0) return ended;
    ended += done;
  }
}

/**
 * Ends up to `limit` invitations of a programme that are due, longest due first. The caller holds
 * the exclusive release lock. Returns how many there were.
 */
export async function lapseDue(
  context: Context,
  tx: Tx,
  policy: Policy,
  programme: ProgrammeId,
  now: Instant,
  limit: number,
): Promise<number> {
  const due = await dueInvitations(tx, programme, now, limit);
  for (const invitation of due) await lapse(context, tx, policy, invitation, now);
  return due.length;
}

async function lapse(
  context: Context,
  tx: Tx,
  policy: Policy,
  due: DueInvitation,
  now: Instant,
): Promise<void> {
  const alert = await alertById(tx, due.alert);
  if (!alert) throw unknownAlert();
  const { participant, mode } = due;
  const act = { programme: alert.programme, actor: SYSTEM, at: now };
  const vulnerability = await vulnerabilityOf(context, tx, alert);
  const terms = { ...(await embargoTo(tx, policy, { alert, vulnerability })), mode };
  const ended = embargoEnd(terms, now);
  // Whoever has agreed to every embargo since is asked nothing any more, and cannot refuse thereby;
  // nor can anybody whose question was over before its deadline came, or is not shown: of a draft.
  const over = ended !== null && ended < due.deadline;
  if (mode === 'standing' || over || alert.state === 'draft') {
    await putConsent(tx, act, { alert: alert.id, participant, consent: 'no_embargo' });
    await closeInvitation(tx, act, due, 'overtaken');
    return;
  }
  const before = consentState('invited', due, due.until);
  const { state } = stepConsent(terms, before, { kind: 'clock' }, now);
  await putConsent(tx, act, { alert: alert.id, participant, consent: state.consent });
  await closeInvitation(tx, act, due, 'silence');
}
