import type { AlertId, MoveId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Finding } from '../../policy/timing/check.ts';
import { type AlertRow, alertById } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';
import { NOTHING_SAID, readHead, type TimingRecord } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';
import { forOtherDate } from './happened.ts';
import { isSettled, lookAt, standingOf } from './timing-facts.ts';

/** What the clock finds of a date at this moment, and what persons have said for the date. */
export type TimingView = TimingRecord & {
  readonly findings: readonly Finding[];
  /** Why nothing could be found: a calendar that is missing or has a gap; null: it could. */
  readonly fault: string | null;
};

/** The T0 of an alert against the clock of its policy, as things are now. @throws NOT_FOUND */
export async function readTiming(context: Context, id: AlertId, now: Instant): Promise<TimingView> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    return viewTiming(context, tx, alert, alert.schedule, null, now);
  });
}

/** The same of a schedule that is proposed instead (by `proposal`), or of the alert's own. */
export async function viewTiming(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  schedule: Schedule,
  proposal: MoveId | null,
  now: Instant,
): Promise<TimingView> {
  const policy = await context.policies.active(tx, alert.programme);
  const head = await readHead(context, tx, alert);
  const record = proposal === null ? head.timing : (head.proposals[proposal] ?? NOTHING_SAID);
  if (isSettled({ schedule, state: alert.state }, head, now)) {
    return { ...record, findings: [], fault: null };
  }
  const known = proposal === null ? head : forOtherDate(head);
  const standing = await standingOf(tx, policy, alert, known, proposal, now);
  return { ...record, ...lookAt(policy, schedule, standing, record.reasons, now) };
}
