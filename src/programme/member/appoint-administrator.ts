import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ReaderId } from '../../domain/ids.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import {
  noticeReaders,
  putRole,
  type RoleHolder,
  roleHolder,
} from '../../store/reader-role-store.ts';

/** What a second person has confirmed. @throws CONFLICT as things are now. */
export async function applyAdministrator(
  tx: Tx,
  act: Act,
  about: { readonly participant: ParticipantId; readonly reader: ReaderId },
): Promise<void> {
  await putRole(tx, act, await requirePromotable(tx, about), 'administrator');
  await noticeReaders(tx, about.participant, act.at);
}

/** @throws CONFLICT */
export async function requirePromotable(
  tx: Tx,
  { participant, reader }: { readonly participant: ParticipantId; readonly reader: ReaderId },
): Promise<RoleHolder> {
  const whom = await roleHolder(tx, reader);
  if (whom?.participant === participant && whom.inForce && whom.role === 'reader') return whom;
  throw new TocsinError(
    'CONFLICT',
    'reader: expected one whose keys are in force, no machine, and no administrator yet',
  );
}
