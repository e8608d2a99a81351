import type { ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/** Ciphertexts of the contacts of a programme's participants, or of one. */
export async function storedContacts(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId | null = null,
): Promise<Map<ParticipantId, Buffer>> {
  let query = tx
    .selectFrom('member_contacts')
    .select(['participant_id', 'contacts_enc'])
    .where('programme_id', '=', programme);
  if (participant !== null) query = query.where('participant_id', '=', participant);
  const rows = await query.execute();
  return new Map(rows.map((row) => [row.participant_id as ParticipantId, row.contacts_enc]));
}

/** The contacts of one participant, in place of those before. */
export async function putContacts(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
  contacts_enc: Buffer,
): Promise<void> {
  await tx
    .insertInto('member_contacts')
    .values({ programme_id: programme, participant_id: participant, contacts_enc })
    .onConflict((conflict) =>
      conflict.columns(['programme_id', 'participant_id']).doUpdateSet({ contacts_enc }),
    )
    .execute();
}
