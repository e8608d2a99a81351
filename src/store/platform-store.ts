import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { PlatformState } from '../domain/decision.ts';
import type { PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** Whether what Tocsin runs on may be compromised, as far as this programme is concerned. */
export async function platformOf(tx: Tx, programme: ProgrammeId): Promise<PlatformState> {
  const { rows } = await sql<{ compromised: boolean }>`select exists (
    select 1 from platform_incident
    where programme_id = ${programme} and cleared_at is null) as compromised`.execute(tx);
  return rows[0]?.compromised === false ? 'sound' : 'compromised';
}

/** An incident that is not over, and who has said that it is. */
export type PlatformIncident = { readonly id: string; readonly clearedBy: PersonId | null };

/** Null while the platform is sound. */
export async function openIncident(
  tx: Tx,
  programme: ProgrammeId,
): Promise<PlatformIncident | null> {
  const row = await tx
    .selectFrom('platform_incident')
    .select(['id', 'cleared_by'])
    .where('programme_id', '=', programme)
    .where('cleared_at', 'is', null)
    .executeTakeFirst();
  return row ? { id: row.id, clearedBy: row.cleared_by as PersonId | null } : null;
}

/** The caller holds the exclusive release lock, and there is no open incident. */
export async function insertIncident(tx: Tx, act: Act, declarer: PersonId): Promise<void> {
  await tx
    .insertInto('platform_incident')
    .values({
      id: newId(),
      programme_id: act.programme,
      declared_by: declarer,
      declared_at: new Date(act.at),
      cleared_by: null,
      confirmed_by: null,
      cleared_at: null,
    })
    .execute();
  await recordState(tx, act, 'compromised');
}

/** One person says that it is over, or (null) that it is not after all. */
export async function putClearance(tx: Tx, id: string, by: PersonId | null): Promise<void> {
  await tx.updateTable('platform_incident').set({ cleared_by: by }).where('id', '=', id).execute();
}

/** Another confirms it. The database refuses the same person. */
export async function closeIncident(
  tx: Tx,
  act: Act,
  id: string,
  confirmer: PersonId,
): Promise<void> {
  await tx
    .updateTable('platform_incident')
    .set({ confirmed_by: confirmer, cleared_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  await recordState(tx, act, 'sound');
}

async function recordState(tx: Tx, act: Act, state: PlatformState): Promise<void> {
  await recordEvent(tx, { type: 'platform_changed', ...act, data: { state } });
}
