import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, PersonId, ReplyId, SightingId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import {
  insertRelease,
  insertReply,
  type Release,
  releaseOf,
  repliesTo,
} from '../../store/report-store.ts';
import {
  type Sighting,
  type StoredReport,
  sightingForUpdate,
  traceReportOf,
} from '../../store/trace-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { unknownSighting } from './approved-sighting.ts';

/** What a participant said to a report, as somebody of the issuer recorded it. */
export type Reply = {
  readonly reply: ReplyId;
  readonly participant: ParticipantId;
  readonly text: string;
  readonly recordedBy: PersonId;
  readonly at: Instant;
};

/** What became of a report, which itself never changes. */
export type ReportStatus = {
  /** Hash of the report as stored: what is released, and what the ledger has. */
  readonly report: string;
  readonly state: 'draft' | 'released';
  readonly tracedBy: PersonId;
  readonly tracedAt: Instant;
  readonly released: Release | null;
  readonly replies: readonly Reply[];
};

const MAX_REPLY = 20_000;

/**
 * A second person releases a report, bound to its hash. Until then it is a draft.
 * @throws NOT_FOUND before it was traced; SECOND_PERSON for who ran the trace; APPROVAL_VOID for
 *   another hash.
 */
export async function releaseReport(
  context: Context,
  caller: PersonCaller,
  id: SightingId,
  report: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ released: boolean }> {
  return once(context, key, now, async (tx) => {
    const { sighting, stored } = await reported(tx, id);
    const { tracedBy, sha256 } = stored;
    if (tracedBy === caller.id) {
      throw new TocsinError(
        'SECOND_PERSON',
        'release: expected a person who did not run the trace',
      );
    }
    if (sha256 !== report) {
      throw new TocsinError('APPROVAL_VOID', 'report: expected the hash of the report as stored', {
        field: 'report',
      });
    }
    if (await insertRelease(tx, id, { tracedBy, by: caller.id, at: now })) {
      await recordEvent(tx, {
        type: 'report_released',
        at: now,
        programme: sighting.programme,
        actor: actorOf(caller),
        data: { sighting: id, report },
      });
    }
    return { released: true };
  });
}

/**
 * Records what a participant says to a report, draft or released. It is appended; the report, and
 * earlier replies, stay as they are.
 * @throws NOT_FOUND before it was traced, or for somebody who is not of the programme.
 */
export async function recordReply(
  context: Context,
  caller: PersonCaller,
  id: SightingId,
  { participant, text }: Pick<Reply, 'participant' | 'text'>,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ reply: ReplyId }> {
  if (text.trim() === '' || text.length > MAX_REPLY) {
    throw invalid('text', `1 to ${MAX_REPLY} characters`, text.length);
  }
  return once(context, key, now, async (tx) => {
    const { sighting } = await reported(tx, id);
    const { programme } = sighting;
    if (!(await enrolmentOf(tx, programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of the programme', {
        field: 'participant',
      });
    }
    const reply = newId<ReplyId>();
    const bytes = Buffer.from(text);
    const sha256 = sha256Hex(bytes);
    const textEnc = encryptColumn(context.keys.sightings, rowOf(id, reply), bytes);
    const row = { id: reply, participant, sha256, textEnc, recordedBy: caller.id, at: now };
    await insertReply(tx, id, row);
    await recordEvent(tx, {
      type: 'reply_recorded',
      at: now,
      programme,
      actor: actorOf(caller),
      data: { sighting: id, reply, participant, text: sha256 },
    });
    return { reply };
  });
}

/** What became of a report. @throws NOT_FOUND before it was traced. */
export async function reportStatus(context: Context, id: SightingId): Promise<ReportStatus> {
  return context.store.issuer(async (tx) => {
    const stored = await traceReportOf(tx, id);
    if (!stored) throw unknownSighting();
    const released = await releaseOf(tx, id);
    const replies = (await repliesTo(tx, id)).map(({ id: reply, participant, ...row }) => {
      const text = decryptColumn(context.keys.sightings, rowOf(id, reply), row.textEnc).toString();
      return { reply, participant, text, recordedBy: row.recordedBy, at: row.at };
    });
    return {
      report: stored.sha256,
      state: released === null ? 'draft' : 'released',
      tracedBy: stored.tracedBy,
      tracedAt: stored.at,
      ...{ released, replies },
    };
  });
}

async function reported(
  tx: Tx,
  id: SightingId,
): Promise<{ sighting: Sighting; stored: StoredReport }> {
  const sighting = await sightingForUpdate(tx, id);
  const stored = sighting && (await traceReportOf(tx, id));
  if (!sighting || !stored) throw unknownSighting();
  return { sighting, stored };
}

function rowOf(id: SightingId, reply: ReplyId): string {
  return `sighting/${id}/reply/${reply}`;
}
