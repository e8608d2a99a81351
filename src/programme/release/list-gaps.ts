import type { Standing } from '../../domain/enrolment.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Transition } from '../../domain/transition.ts';
import { type Gap, gapsOf } from '../../policy/gaps.ts';
import { enrolmentsPage, readersOf } from '../../store/participant-reader.ts';
import type { Context } from '../context.ts';
import type { Page } from '../page.ts';

/** What a participant lacks to be served. */
export type ParticipantGaps = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly standing: Standing;
  readonly gaps: readonly Gap[];
  readonly transition: Transition | null;
  /** Without one that has joined, nothing can be fetched at all. */
  readonly readers: { readonly joined: number; readonly invited: number };
};

/** A page of a programme's participants with what each lacks; of some that is nothing. */
export async function listGaps(
  context: Context,
  programme: ProgrammeId,
  { after, limit }: { readonly after: ParticipantId | null; readonly limit: number },
  now: Instant,
): Promise<Page<ParticipantGaps>> {
  return context.store.issuer(async (tx) => {
    const policy = await context.policies.active(tx, programme);
    const rows = await enrolmentsPage(tx, programme, after, limit);
    const items: ParticipantGaps[] = [];
    for (const { participant, name, enrolment } of rows) {
      const readers = await readersOf(tx, participant);
      const joined = readers.filter(({ joinedAt }) => joinedAt !== null).length;
      items.push({
        participant,
        name,
        standing: enrolment.standing,
        gaps: gapsOf(policy, enrolment, now),
        transition: enrolment.transition ?? null,
        readers: { joined, invited: readers.length - joined },
      });
    }
    return { items, next: rows.length === limit ? (rows.at(-1)?.participant ?? null) : null };
  });
}
