import type { Enrolment } from '../domain/enrolment.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { enrolmentOf, readersOf } from '../store/participant-reader.ts';
import type { Context } from './context.ts';

/** A participant as the issuer's own persons see it. */
export type ParticipantView = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly enrolment: Enrolment;
  /** Whether its confidentiality is in doubt. */
  readonly doubted: boolean;
  /** By which calendar of the policy its holidays are kept; null: nobody has said. */
  readonly calendar: string | null;
  readonly readers: readonly {
    readonly id: ReaderId;
    readonly label: string;
    /** Of the reader's key; null until it joins. */
    readonly fingerprint: string | null;
    readonly joinedAt: Instant | null;
  }[];
};

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
    const readers = (await readersOf(tx, id)).map(
      ({ id: reader, label, fingerprint, joinedAt }) => ({
        id: reader,
        label,
        fingerprint,
        joinedAt,
      }),
    );
    return { ...enrolled, readers };
  });
}
