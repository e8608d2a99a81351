import type { Actor } from '../../domain/event.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { endedAt, waves } from '../../domain/schedule.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import { moveSchedule } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import { reschedule } from '../../store/policy-store.ts';

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/**
 * Ends the embargo of an alert that was approved: T0 is `t0`, at the latest this moment, and
 * everybody is decided again in a wave of this moment, which publishes what the policy then opens
 * to the public. An embargo that has ended earlier stays so. The caller holds the exclusive release
 * lock and the alert's row.
 */
export async function endEmbargo(tx: Tx, act: Act, alert: AlertRow, t0: Instant): Promise<void> {
  await reschedule(tx, act, alert.id, ...(await moveTo(tx, act, alert, t0)));
}

/** The same of a draft: when it is approved, everything is due at once. */
export async function endEmbargoOfDraft(
  tx: Tx,
  act: Act,
  alert: AlertRow,
  t0: Instant,
): Promise<void> {
  await moveTo(tx, act, alert, t0);
}

async function moveTo(tx: Tx, act: Act, alert: AlertRow, t0: Instant) {
  const { schedule: before, id } = alert;
  if (before.disclosureAt <= t0) return [before, waves(before)] as const;
  const schedule = endedAt(before, t0);
  await moveSchedule(tx, act, { alert: id, from: before.disclosureAt, schedule });
  return [schedule, waves(schedule)] as const;
}
