import type { MemberChangeId, ParticipantId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** How a proposal ended. */
export type MemberChangeOutcome = 'confirmed' | 'refused' | 'lapsed';

/** A change about participants that somebody proposes. */
export type StoredMemberChange = {
  readonly id: MemberChangeId;
  readonly programme: ProgrammeId;
  /** A word for the ledger. */
  readonly kind: string;
  /** Whom it is about; an id that is reserved, where that is yet to be admitted; null: several. */
  readonly participant: ParticipantId | null;
  readonly changeEnc: Buffer;
  /** SHA-256, hex: what a second person confirms. */
  readonly digest: string;
  readonly proposer: PersonId;
  readonly at: Instant;
  /** Null: open. */
  readonly outcome: MemberChangeOutcome | null;
};

/** Keeps a proposal and records it. */
export async function insertMemberChange(
  tx: Tx,
  act: Act,
  change: Omit<StoredMemberChange, 'programme' | 'at' | 'outcome'>,
): Promise<void> {
  const { id, kind, participant, changeEnc, digest, proposer } = change;
  await tx
    .insertInto('member_change')
    .values({
      id,
      programme_id: act.programme,
      kind,
      participant_id: participant,
      change_enc: changeEnc,
      digest,
      proposer_id: proposer,
      at: new Date(act.at),
      decider_id: null,
      outcome: null,
      decided_at: null,
    })
    .execute();
  const data = { change: id, kind, participant, digest };
  await recordEvent(tx, { type: 'member_change_proposed', ...act, data });
}

/** A proposal, or null. */
export async function memberChangeById(
  tx: Tx,
  id: MemberChangeId,
): Promise<StoredMemberChange | null> {
  const row = await tx
    .selectFrom('member_change')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    id,
    programme: row.programme_id as ProgrammeId,
    kind: row.kind,
    participant: row.participant_id as ParticipantId | null,
    changeEnc: row.change_enc,
    digest: row.digest,
    proposer: row.proposer_id as PersonId,
    at: row.at,
    outcome: row.outcome as MemberChangeOutcome | null,
  };
}

/**
 * Takes a proposal off the work list. The database refuses a confirmation by its proposer, and by
 * nobody (null) but after a wait.
 */
export async function decideStoredMemberChange(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<StoredMemberChange, 'id' | 'participant'>,
  decision: { readonly outcome: MemberChangeOutcome; readonly decider: PersonId | null },
): Promise<void> {
  const { outcome, decider } = decision;
  await tx
    .updateTable('member_change')
    .set({ outcome, decider_id: decider, decided_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  const data = { change: id, participant, outcome };
  await recordEvent(tx, { type: 'member_change_decided', ...act, data });
}
