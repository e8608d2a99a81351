import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import type { Contact } from '../../domain/contact.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import { storedContacts } from '../../store/contact-store.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';

/** Contacts as the database has them, bound to their participant. */
export function encryptContacts(
  context: Context,
  participant: ParticipantId,
  contacts: readonly Contact[],
): Buffer {
  const json = Buffer.from(JSON.stringify(contacts));
  return encryptColumn(context.keys.standings, rowOf(participant), json);
}

/** Contacts by participant: of all of a programme, or of one. */
export async function contactsOf(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId | null = null,
): Promise<Map<ParticipantId, readonly Contact[]>> {
  const stored = await storedContacts(tx, programme, participant);
  const opened = [...stored].map(([id, ciphertext]) => {
    const json = decryptColumn(context.keys.standings, rowOf(id), ciphertext).toString();
    return [id, JSON.parse(json) as Contact[]] as const;
  });
  return new Map(opened);
}

function rowOf(participant: ParticipantId): string {
  return `member_contacts/${participant}`;
}
