import { TocsinError } from '../../domain/errors.ts';
import type { SightingId } from '../../domain/ids.ts';
import type { Tx } from '../../store/database.ts';
import { type Sighting, sightingForUpdate, traceApproved } from '../../store/trace-store.ts';

/** The sighting with its row locked. @throws NOT_FOUND; SECOND_PERSON before it was approved. */
export async function approvedSighting(tx: Tx, id: SightingId): Promise<Sighting> {
  const sighting = await sightingForUpdate(tx, id);
  if (!sighting) throw unknownSighting();
  if (!(await traceApproved(tx, id))) {
    throw new TocsinError('SECOND_PERSON', 'trace: expected a second person to approve it first');
  }
  return sighting;
}

export function unknownSighting(): TocsinError {
  return new TocsinError('NOT_FOUND', 'sighting: expected one of this programme', {
    field: 'sighting',
  });
}
