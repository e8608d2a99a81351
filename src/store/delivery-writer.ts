import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type {
  AlertId,
  ArtifactId,
  DeliveryId,
  ParticipantId,
  ProgrammeId,
  ReaderId,
} from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { byteaText, type LastStatement, lastStatement, type Tx } from './database.ts';
import { insertEvents, type PreparedEvent, prepareEvent, recordEvent } from './event-writer.ts';

export type NewDelivery = {
  readonly id: DeliveryId;
  readonly alert: AlertId;
  readonly artifact: ArtifactId;
  readonly version: number;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly contentSha256: Buffer;
  /** Of what was sent: the manifest's JSON, and the sealed file. */
  readonly manifestSha256: Buffer;
  readonly ciphertextSha256: Buffer;
  readonly at: Instant;
};

/**
 * The statement that records a delivery with its event: there is no delivery without its event. It
 * is the last one of a release.
 * @param event the delivery's, of type `delivered`, with both its parts.
 */
export function deliveryRecord(delivery: NewDelivery, event: PreparedEvent): LastStatement {
  const { id, alert, artifact, version, participant, reader } = delivery;
  return lastStatement('tocsin_record_delivery', [
    ...[id, alert, artifact, String(version), participant, reader],
    ...[delivery.contentSha256, delivery.manifestSha256, delivery.ciphertextSha256].map(byteaText),
    new Date(delivery.at).toISOString(),
    ...eventArguments(event, 'delivered'),
  ]);
}

/** The commitment to a reader's word, once per alert and reader, before its first delivery. */
export async function insertWordCommitment(
  tx: Tx,
  alert: AlertId,
  reader: ReaderId,
  commitment: Buffer,
): Promise<boolean> {
  const added = await tx
    .insertInto('word_commitment')
    .values({ alert_id: alert, reader_id: reader, commitment })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export type NewReceipt = {
  readonly delivery: DeliveryId;
  readonly participant: ParticipantId;
  readonly manifestSha256: Buffer;
  readonly ciphertextSha256: Buffer;
  readonly signature: Buffer;
  readonly at: Instant;
};

/**
 * The statement that records a receipt with its event, the last one of its transaction. A delivery
 * that has its receipt already gets neither: a repeated acknowledgement changes nothing.
 * @param event the receipt's, of type `acknowledged`, with both its parts.
 */
export function receiptRecord(receipt: NewReceipt, event: PreparedEvent): LastStatement {
  const { delivery, participant, manifestSha256, ciphertextSha256, signature, at } = receipt;
  return lastStatement('tocsin_record_receipt', [
    ...[delivery, participant],
    ...[manifestSha256, ciphertextSha256, signature].map(byteaText),
    new Date(at).toISOString(),
    ...eventArguments(event, 'acknowledged'),
  ]);
}

/** An event as the functions of the database take it, from its id on. */
function eventArguments(
  { event, parts, entry, leaf }: PreparedEvent,
  expected: PreparedEvent['event']['type'],
): string[] {
  const [issuers, participants] = parts;
  const { programme } = event;
  if (event.type !== expected || programme === null || !issuers || !participants) {
    const found = `${event.type} of ${programme === null ? 'no programme' : 'one'}`;
    throw new TocsinError('INTERNAL', `event: expected ${expected} of a programme, found ${found}`);
  }
  return [
    ...[event.id, programme, `{${event.subjects.join(',')}}`, entry, byteaText(leaf)],
    ...[issuers.body, byteaText(issuers.salt), participants.body, byteaText(participants.salt)],
  ];
}

/**
 * Puts a question on the issuer's work list; one open item per cause, artifact and participant,
 * however often it recurs and whichever of its readers meets it. Returns whether it is new.
 */
export async function insertWorkItem(
  tx: Tx,
  item: {
    readonly programme: ProgrammeId;
    readonly code: string;
    readonly alert: AlertId;
    readonly artifact: ArtifactId;
    readonly participant: ParticipantId;
    readonly reader: ReaderId;
    readonly at: Instant;
  },
): Promise<boolean> {
  const added = await tx
    .insertInto('work_item')
    .values({
      id: newId(),
      programme_id: item.programme,
      code: item.code,
      alert_id: item.alert,
      artifact_id: item.artifact,
      participant_id: item.participant,
      reader_id: item.reader,
      at: new Date(item.at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

/** Puts a question about an alert as a whole on the list; one open item per cause and alert. */
export async function insertQuestion(
  tx: Tx,
  item: {
    readonly programme: ProgrammeId;
    readonly code: string;
    readonly alert: AlertId;
    readonly at: Instant;
  },
): Promise<void> {
  await tx
    .insertInto('work_item')
    .values({
      id: newId(),
      programme_id: item.programme,
      code: item.code,
      alert_id: item.alert,
      artifact_id: null,
      participant_id: null,
      reader_id: null,
      at: new Date(item.at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Takes the question of this cause about an alert off the list. */
export async function resolveQuestion(
  tx: Tx,
  code: string,
  alert: AlertId,
  at: Instant,
): Promise<void> {
  await tx
    .updateTable('work_item')
    .set({ resolved_at: new Date(at) })
    .where('code', '=', code)
    .where('alert_id', '=', alert)
    .where('resolved_at', 'is', null)
    .execute();
}

/** The question that only a confirmation by a second person takes off the list. */
export const BREAK_GLASS = 'BREAK_GLASS';

/** What a wave held back from a participant until a person decides. */
export type Hold = {
  readonly alert: AlertId;
  readonly artifact: ArtifactId;
  readonly participant: ParticipantId;
  readonly code: string;
};

/** Puts what a wave holds on the work list, with an event for each that was not there yet. */
export async function insertHolds(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  holds: readonly Hold[],
): Promise<void> {
  if (holds.length === 0) return;
  const items = holds.map((hold) => ({ id: newId(), ...hold }));
  const { rows: inserted } = await sql<{ id: string }>`
    insert into work_item (id, programme_id, code, alert_id, artifact_id, participant_id, at)
    select id, ${act.programme}::uuid, code, alert, artifact, participant, ${new Date(act.at)}
    from json_to_recordset(${JSON.stringify(items)}::json)
      as r (id uuid, code text, alert uuid, artifact uuid, participant uuid)
    on conflict do nothing returning id`.execute(tx);
  const isNew = new Set(inserted.map((row) => row.id));
  const events = items
    .filter(({ id }) => isNew.has(id))
    .map(({ alert, artifact, participant, code }) =>
      prepareEvent({
        type: 'release_held',
        ...act,
        data: { alert, artifact, participant, reason: code },
      }),
    );
  await insertEvents(tx, events);
}

/** Closes all open questions of one cause, once the cause is gone; null: in every programme. */
export async function resolveWorkItems(
  tx: Tx,
  code: string,
  at: Instant,
  programme: ProgrammeId | null,
): Promise<void> {
  const closing = tx
    .updateTable('work_item')
    .set({ resolved_at: new Date(at) })
    .where('code', '=', code)
    .where('resolved_at', 'is', null);
  const own = programme === null ? closing : closing.where('programme_id', '=', programme);
  await own.execute();
}

/** Closes one open question, with who did it; false when there is none of this id. */
export async function resolveWorkItem(
  tx: Tx,
  { actor, at }: { readonly actor: Actor; readonly at: Instant },
  item: string,
): Promise<boolean> {
  const resolved = await tx
    .updateTable('work_item')
    .set({ resolved_at: new Date(at) })
    .where('id', '=', item)
    .where('code', '<>', BREAK_GLASS)
    .where('resolved_at', 'is', null)
    .returning(['programme_id', 'code', 'alert_id as alert', 'participant_id as participant'])
    .executeTakeFirst();
  if (!resolved) return false;
  const { programme_id, code, alert, participant } = resolved;
  const programme = programme_id as ProgrammeId;
  const data = { item, code, alert, participant };
  await recordEvent(tx, { type: 'question_resolved', at, programme, actor, data });
  return true;
}
