import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type {
  AlertId,
  MessageId,
  NoticeId,
  ParticipantId,
  PersonId,
  ProgrammeId,
  ReaderId,
} from '../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { MessageAudience, MessageAuthor } from '../domain/message.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** A message about an alert, as stored. */
export type MessageRow = {
  readonly id: MessageId;
  readonly author: MessageAuthor;
  /** Of the organisation that wrote it; null: the issuer did. */
  readonly name: string | null;
  /** Of the policy's; null: about the alert as a whole. */
  readonly product: string | null;
  readonly audience: MessageAudience;
  /** Whom it is for, where that is one. */
  readonly to: ParticipantId | null;
  /** Ciphertext. */
  readonly textEnc: Buffer;
  readonly at: Instant;
};

/** The question that a participant's message puts on the issuer's list. */
const MESSAGE_POSTED = 'MESSAGE_POSTED';

/** What of the messages to all a participant reads. */
export type ReadsToAll = 'all' | 'issuers' | 'none';

/** Kind of the notice that there is a message, and nothing else. */
export const MESSAGE_WAITS = 'message_waits';

/**
 * Keeps a message with its event, and tells whom it is for: of a participant's the issuer, by a
 * question that stays one while it is open; and the participants that were granted more of the
 * alert than a description, or the one that it is for, by a notice.
 * @param text SHA-256 of what it says, in hex.
 */
export async function insertMessage(
  tx: Tx,
  act: Act & { readonly programme: ProgrammeId },
  alert: AlertId,
  message: Omit<MessageRow, 'at' | 'name'>,
  text: string,
): Promise<void> {
  const { id, author, product, audience, to, textEnc } = message;
  const at = new Date(act.at);
  const [participant, reader] =
    author.kind === 'reader' ? [author.participant, author.reader] : [null, null];
  await tx
    .insertInto('message')
    .values({
      ...{ id, alert_id: alert, product, audience, to_participant: to, text_enc: textEnc, at },
      ...{ participant_id: participant, reader_id: reader },
      person_id: author.kind === 'person' ? author.person : null,
    })
    .execute();
  if (participant !== null) {
    await tx
      .insertInto('work_item')
      .values({
        ...{ id, programme_id: act.programme, code: MESSAGE_POSTED, alert_id: alert, at },
        ...{ artifact_id: null, participant_id: participant, reader_id: reader },
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (audience !== 'issuer') await noticeMessage(tx, act, alert, participant, to);
  const about = { alert, participant: participant ?? to, reader };
  const data = { message: id, ...about, audience, text };
  await recordEvent(tx, { type: 'message_posted', ...act, data });
}

/** Tells those who were granted something of the alert: all but its author, or the one. */
async function noticeMessage(
  tx: Tx,
  { programme, at }: Act,
  alert: AlertId,
  author: ParticipantId | null,
  to: ParticipantId | null,
): Promise<void> {
  const { rows } = await sql<{ participant_id: string }>`
    select distinct g.participant_id from release_grant g
    join enrolment e on e.participant_id = g.participant_id and e.programme_id = ${programme}
    where g.alert_id = ${alert} and e.standing = 'active'
      -- To all: not to who was given a description in the place of everything.
      and (${to}::uuid is not null or g.artifacts is null or exists (select 1 from artifact a
        where a.id = any(g.artifacts) and (a.kind <> 'summary' or a.variant <> 'reduced')))
      and g.participant_id is distinct from ${author}::uuid
      and (${to}::uuid is null or g.participant_id = ${to}::uuid)`.execute(tx);
  if (rows.length === 0) return;
  await tx
    .insertInto('notice')
    .values(
      rows.map(({ participant_id }) => ({
        ...{ id: newId<NoticeId>(), participant_id, alert_id: alert },
        ...{ kind: MESSAGE_WAITS, at: new Date(at) },
      })),
    )
    .execute();
}

/**
 * The newest `limit` messages of an alert, oldest of them first: all, or those that one participant
 * may read.
 */
export async function messagesOf(
  tx: Tx,
  alert: AlertId,
  limit: number,
  of: { readonly participant: ParticipantId; readonly toAll: ReadsToAll } | null = null,
): Promise<MessageRow[]> {
  let query = tx
    .selectFrom('message')
    .leftJoin('participant', 'participant.id', 'message.participant_id')
    .selectAll('message')
    .select('participant.name')
    .where('alert_id', '=', alert)
    .orderBy('serial', 'desc')
    .limit(limit);
  if (of !== null) {
    query = query.where(({ or, and, eb }) =>
      or([
        eb('participant_id', '=', of.participant),
        eb('to_participant', '=', of.participant),
        ...(of.toAll === 'none'
          ? []
          : [
              and([
                eb('audience', '=', 'members'),
                ...(of.toAll === 'all' ? [] : [eb('participant_id', 'is', null)]),
              ]),
            ]),
      ]),
    );
  }
  return (await query.execute()).reverse().map((row) => ({
    id: row.id as MessageId,
    author:
      row.participant_id === null
        ? { kind: 'person', person: row.person_id as PersonId }
        : {
            kind: 'reader',
            participant: row.participant_id as ParticipantId,
            reader: row.reader_id as ReaderId,
          },
    name: row.name,
    product: row.product,
    audience: row.audience,
    to: row.to_participant as ParticipantId | null,
    textEnc: row.text_enc,
    at: row.at,
  }));
}

/** How many messages a participant has written in the 24 hours before `now`. */
export async function messagesInADay(
  tx: Tx,
  participant: ParticipantId,
  now: Instant,
): Promise<number> {
  const { n } = await tx
    .selectFrom('message')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('participant_id', '=', participant)
    .where('at', '>', timestamp(plus(now, -DAY_MS)))
    .executeTakeFirstOrThrow();
  return n;
}

/** Whether a participant was granted anything of an alert. */
export async function wasGranted(
  tx: Tx,
  alert: AlertId,
  participant: ParticipantId,
): Promise<boolean> {
  const row = await tx
    .selectFrom('release_grant')
    .select('participant_id')
    .where('alert_id', '=', alert)
    .where('participant_id', '=', participant)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
