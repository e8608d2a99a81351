import type { Actor } from '../domain/event.ts';
import type { AlertId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** A publication by one person, and whether another has confirmed it. */
export type BreakGlass = {
  readonly actor: PersonId;
  readonly confirmBy: Instant;
  readonly confirmedAt: Instant | null;
};

/** Records the act. There is one for an alert: what is published stays so. */
export async function insertBreakGlass(
  tx: Tx,
  act: Act,
  glass: {
    readonly alert: AlertId;
    readonly actor: PersonId;
    readonly reason: string;
    readonly confirmBy: Instant;
  },
): Promise<void> {
  await tx
    .insertInto('break_glass')
    .values({
      alert_id: glass.alert,
      actor_id: glass.actor,
      reason: glass.reason,
      at: new Date(act.at),
      confirm_by: new Date(glass.confirmBy),
      confirmer_id: null,
      confirmed_at: null,
      overdue_at: null,
    })
    .execute();
  const data = { alert: glass.alert, reason: glass.reason };
  await recordEvent(tx, { type: 'break_glass', ...act, data });
}

/** The act with its row locked: two confirmations of it wait for each other. Or null. */
export async function breakGlassForUpdate(tx: Tx, alert: AlertId): Promise<BreakGlass | null> {
  const row = await tx
    .selectFrom('break_glass')
    .select(['actor_id', 'confirm_by', 'confirmed_at'])
    .where('alert_id', '=', alert)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return null;
  const { actor_id: actor, confirm_by: confirmBy, confirmed_at: confirmedAt } = row;
  return { actor: actor as PersonId, confirmBy, confirmedAt };
}

/**
 * Records, once, each publication that nobody confirmed in time. A confirmation under way is waited
 * for, and then counts.
 */
export async function recordOverdue(tx: Tx, actor: Actor, at: Instant): Promise<void> {
  const overdue = await tx
    .updateTable('break_glass')
    .from('alert')
    .set({ overdue_at: new Date(at) })
    .whereRef('alert.id', '=', 'break_glass.alert_id')
    .where('confirm_by', '<', timestamp(at))
    .where('confirmed_at', 'is', null)
    .where('overdue_at', 'is', null)
    .returning(['alert_id', 'programme_id'])
    .execute();
  for (const { alert_id: alert, programme_id } of overdue) {
    const act = { programme: programme_id as ProgrammeId, actor, at };
    await recordEvent(tx, { type: 'break_glass_overdue', ...act, data: { alert } });
  }
}

/** The database refuses a confirmer who is the actor. */
export async function confirmBreakGlass(
  tx: Tx,
  act: Act,
  alert: AlertId,
  confirmer: PersonId,
): Promise<void> {
  await tx
    .updateTable('break_glass')
    .set({ confirmer_id: confirmer, confirmed_at: new Date(act.at) })
    .where('alert_id', '=', alert)
    .execute();
  await recordEvent(tx, { type: 'break_glass_confirmed', ...act, data: { alert } });
}
