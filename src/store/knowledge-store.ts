import type { AlertId, KnowledgeId, ParticipantId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Knower, OtherChannel } from '../domain/knowledge.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** What somebody recorded of who had or knew what, outside of the programme's deliveries. */
export type KnowledgeRow = { readonly id: KnowledgeId; readonly since: Instant } & (
  | {
      readonly kind: 'delivery';
      readonly channel: OtherChannel;
      readonly participant: ParticipantId;
    }
  | { readonly kind: 'knowledge'; readonly role: Knower; readonly whoEnc: Buffer }
);

/** Keeps one, with its event. */
export async function insertKnowledge(
  tx: Tx,
  act: Act,
  alert: AlertId,
  row: KnowledgeRow,
  person: PersonId,
): Promise<void> {
  const { id, kind, since } = row;
  const isDelivery = row.kind === 'delivery';
  const word = isDelivery ? row.channel : row.role;
  const participant = isDelivery ? row.participant : null;
  await tx
    .insertInto('outside_knowledge')
    .values({
      ...{ id, alert_id: alert, kind, word, participant_id: participant },
      ...{ who_enc: isDelivery ? null : row.whoEnc, since: new Date(since) },
      ...{ recorded_by: person, at: new Date(act.at) },
    })
    .execute();
  const data = { knowledge: id, alert, participant, kind, word, since };
  await recordEvent(tx, { type: 'knowledge_recorded', ...act, data });
}

/** What is on record of an alert, earliest first. */
export async function knowledgeOf(tx: Tx, alert: AlertId): Promise<KnowledgeRow[]> {
  const rows = await tx
    .selectFrom('outside_knowledge')
    .select(['id', 'word', 'participant_id', 'who_enc', 'since'])
    .where('alert_id', '=', alert)
    .orderBy('since')
    .orderBy('id')
    .execute();
  return rows.map(({ word, participant_id, who_enc, ...row }): KnowledgeRow => {
    const head = { id: row.id as KnowledgeId, since: row.since };
    if (who_enc !== null) {
      return { ...head, kind: 'knowledge', role: word as Knower, whoEnc: who_enc };
    }
    const participant = participant_id as ParticipantId;
    return { ...head, kind: 'delivery', channel: word as OtherChannel, participant };
  });
}
