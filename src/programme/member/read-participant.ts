import type { Enrolment } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ReaderRole } from '../../domain/reader-role.ts';
import type { Tx } from '../../store/database.ts';
import { enrolmentOf, enrolmentsPage, everyReaderOf } from '../../store/participant-reader.ts';
import type { Context } from '../context.ts';

/** Those who read for a participant, and those who did. */
type ReadersSeen = {
  readonly readers: readonly {
    readonly id: ReaderId;
    readonly label: string;
    /** Of the reader's key; null until it joins. */
    readonly fingerprint: string | null;
    readonly joinedAt: Instant | null;
    readonly role: ReaderRole;
  }[];
  readonly removed: readonly { readonly id: ReaderId; readonly label: string }[];
};

/** A participant as the issuer's own persons see it. */
export type ParticipantView = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly enrolment: Enrolment;
  /** Whether its confidentiality is in doubt. */
  readonly doubted: boolean;
  /** By which calendar of the policy its holidays are kept; null: nobody has said. */
  readonly calendar: string | null;
} & ReadersSeen;

/** One participant of a programme with its readers. @throws NOT_FOUND */
export async function readParticipant(
  context: Context,
  programme: ProgrammeId,
  id: ParticipantId,
): Promise<ParticipantView> {
  return context.store.issuer(async (tx) => {
    const enrolled = await enrolmentOf(tx, programme, id);
    if (!enrolled) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
        field: 'participant',
      });
    }
    return { ...enrolled, ...(await readersSeen(tx, id)) };
  });
}

/** Participants of a programme with their enrolment and readers. */
export async function listParticipants(
  context: Context,
  programme: ProgrammeId,
  after: ParticipantId | null,
  limit: number,
) {
  return context.store.issuer(async (tx) => {
    const rows = await enrolmentsPage(tx, programme, after, limit);
    const items = [];
    for (const row of rows) {
      items.push({ ...row, ...(await readersSeen(tx, row.participant)) });
    }
    return { items, next: rows.length === limit ? (rows.at(-1)?.participant ?? null) : null };
  });
}

/** All of them, for persons of the issuer. */
async function readersSeen(tx: Tx, participant: ParticipantId): Promise<ReadersSeen> {
  const every = await everyReaderOf(tx, participant);
  return {
    readers: every
      .filter(({ removedAt }) => removedAt === null)
      .map(({ id, label, fingerprint, joinedAt, role }) => ({
        ...{ id, label, fingerprint, joinedAt, role },
      })),
    removed: every
      .filter(({ removedAt }) => removedAt !== null)
      .map(({ id, label }) => ({ id, label })),
  };
}
