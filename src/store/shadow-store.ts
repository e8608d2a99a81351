import type { AlertId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, insertEvents, prepareEvent } from './event-writer.ts';
import type { NewGrant } from './release-store.ts';

/**
 * Logs what would have been granted, with its events. It is no grant: to the participants' login
 * the alert does not exist. What was logged for a wave already is left as it is.
 */
export async function insertShadowGrants(
  tx: Tx,
  act: Act & { readonly programme: ProgrammeId },
  wave: { readonly alert: AlertId; readonly at: Instant },
  grants: readonly NewGrant[],
): Promise<number> {
  if (grants.length === 0) return 0;
  const inserted = await tx
    .insertInto('shadow_grant')
    .values(
      grants.map(({ participant, artifacts }) => ({
        ...{ alert_id: wave.alert, participant_id: participant, wave_at: new Date(wave.at) },
        ...{ at: new Date(act.at), artifacts: [...(artifacts ?? [])] },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('participant_id')
    .execute();
  const isNew = new Set(inserted.map((row) => row.participant_id));
  const fresh = grants.filter(({ participant }) => isNew.has(participant));
  await insertEvents(
    tx,
    fresh.map(({ participant, allowed, reduced }) =>
      prepareEvent({
        type: 'shadow_granted',
        ...act,
        data: { alert: wave.alert, participant, wave: wave.at, allowed, reduced },
      }),
    ),
  );
  return fresh.length;
}
