import { type Selectable, sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { InvitationAnswer, InvitationId, InvitationNotice } from '../domain/embargo.ts';
import type { Consent, ConsentMode } from '../domain/enrolment.ts';
import type { AlertId, ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, insertEvents, prepareEvent, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** One invitation to keep an alert's embargo. */
export type Invitation = {
  readonly id: InvitationId;
  readonly alert: AlertId;
  readonly participant: ParticipantId;
  /** End of the embargo it asks to keep. */
  readonly until: Instant;
  readonly invitedAt: Instant;
  readonly deadline: Instant;
  /** Null while it is open. */
  readonly answer: InvitationAnswer | null;
};

export type NewInvitation = Omit<Invitation, 'invitedAt' | 'answer' | 'alert'>;

function invitationFromRow(row: Selectable<Database['embargo_invitation']>): Invitation {
  return {
    id: row.id as InvitationId,
    alert: row.alert_id as AlertId,
    participant: row.participant_id as ParticipantId,
    until: row.terms_until,
    invitedAt: row.invited_at,
    deadline: row.deadline,
    answer: row.answer as InvitationAnswer | null,
  };
}

/**
 * Invites participants to one alert's embargo: their invitations, consents, events and notices. The
 * caller holds the exclusive release lock.
 */
export async function insertInvitations(
  tx: Tx,
  act: Act,
  alert: AlertId,
  invitations: readonly NewInvitation[],
): Promise<void> {
  if (invitations.length === 0) return;
  const at = new Date(act.at);
  await tx
    .insertInto('embargo_invitation')
    .values(
      invitations.map(({ id, participant, until, deadline }) => ({
        id,
        alert_id: alert,
        participant_id: participant,
        terms_until: new Date(until),
        invited_at: at,
        deadline: new Date(deadline),
        answered_at: null,
        answer: null,
      })),
    )
    .execute();
  const consent: Consent = 'invited';
  await tx
    .insertInto('consent')
    .values(
      invitations.map(({ participant }) => ({
        alert_id: alert,
        participant_id: participant,
        consent,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['alert_id', 'participant_id']).doUpdateSet({ consent }),
    )
    .execute();
  await insertEvents(
    tx,
    invitations.flatMap(({ id, participant, until, deadline }) => [
      prepareEvent({ type: 'consent_changed', ...act, data: { alert, participant, consent } }),
      prepareEvent({
        type: 'invitation_sent',
        ...act,
        data: { invitation: id, participant, until, deadline },
      }),
    ]),
  );
  await tx
    .insertInto('notice')
    .values(
      invitations.map(({ id, participant }) => ({
        id: newId(),
        participant_id: participant,
        alert_id: null,
        invitation_id: id,
        kind: 'invitation_waits',
        at,
      })),
    )
    .execute();
}

/** An invitation, or null. */
export async function invitationById(tx: Tx, id: InvitationId): Promise<Invitation | null> {
  const row = await tx
    .selectFrom('embargo_invitation')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? invitationFromRow(row) : null;
}

/** The newest invitation of each of these participants to one alert's embargo, open or not. */
export async function lastInvitations(
  tx: Tx,
  alert: AlertId,
  participants: readonly ParticipantId[],
): Promise<Map<ParticipantId, Invitation>> {
  const rows = await tx
    .selectFrom('embargo_invitation')
    .distinctOn('participant_id')
    .selectAll()
    .where('alert_id', '=', alert)
    .where('participant_id', '=', sql<string>`any(${participants}::uuid[])`)
    .orderBy('participant_id')
    .orderBy('invited_at', 'desc')
    // Of two at one instant, the open one is the later.
    .orderBy(sql`answer is null`, 'desc')
    .execute();
  return new Map(rows.map((row) => [row.participant_id as ParticipantId, invitationFromRow(row)]));
}

/** Every consent to one alert's embargo that was recorded. */
export async function consentsTo(tx: Tx, alert: AlertId): Promise<Map<ParticipantId, Consent>> {
  const rows = await tx
    .selectFrom('consent')
    .select(['participant_id', 'consent'])
    .where('alert_id', '=', alert)
    .execute();
  return new Map(rows.map((row) => [row.participant_id as ParticipantId, row.consent as Consent]));
}

/** Every open invitation to one alert's embargo. */
export async function openInvitationsTo(tx: Tx, alert: AlertId): Promise<Invitation[]> {
  const rows = await tx
    .selectFrom('embargo_invitation')
    .selectAll()
    .where('alert_id', '=', alert)
    .where('answer', 'is', null)
    .orderBy('participant_id')
    .execute();
  return rows.map(invitationFromRow);
}

/** An invitation with the name of whom it asks. */
export type NamedInvitation = Invitation & { readonly name: string };

/** All invitations to one alert's embargo after the id `after`, open or not, by id. */
export async function invitationsTo(
  tx: Tx,
  alert: AlertId,
  after: InvitationId | null,
  limit: number,
): Promise<NamedInvitation[]> {
  let query = tx
    .selectFrom('embargo_invitation as i')
    .innerJoin('participant', 'participant.id', 'i.participant_id')
    .selectAll('i')
    .select('participant.name')
    .where('i.alert_id', '=', alert)
    .orderBy('i.id')
    .limit(limit);
  if (after !== null) query = query.where('i.id', '>', after);
  const rows = await query.execute();
  return rows.map((row) => ({ ...invitationFromRow(row), name: row.name }));
}

/** What the participant of this transaction may see: its open invitations, by id. */
export async function ownInvitations(tx: Tx, now: Instant): Promise<InvitationNotice[]> {
  const rows = await tx
    .selectFrom('embargo_invitation')
    .select(['id', 'terms_until', 'deadline'])
    .where('deadline', '>', timestamp(now))
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    invitation: row.id as InvitationId,
    terms: { until: row.terms_until },
    deadline: row.deadline,
  }));
}

/** An open invitation whose deadline has come. */
export type DueInvitation = Invitation & { readonly mode: ConsentMode };

/** The programme of the longest due open invitation, or null. */
export async function programmeOfDue(tx: Tx, now: Instant): Promise<ProgrammeId | null> {
  const row = await tx
    .selectFrom('embargo_invitation as i')
    .innerJoin('alert', 'alert.id', 'i.alert_id')
    .select('alert.programme_id')
    .where('i.answer', 'is', null)
    .where('i.deadline', '<=', timestamp(now))
    .orderBy('i.deadline')
    .limit(1)
    .executeTakeFirst();
  return row ? (row.programme_id as ProgrammeId) : null;
}

/** Open invitations of a programme due at `now`, longest due first. */
export async function dueInvitations(
  tx: Tx,
  programme: ProgrammeId,
  now: Instant,
  limit: number,
): Promise<DueInvitation[]> {
  const rows = await tx
    .selectFrom('embargo_invitation as i')
    .innerJoin('alert', 'alert.id', 'i.alert_id')
    .innerJoin('enrolment as e', (join) =>
      join
        .onRef('e.programme_id', '=', 'alert.programme_id')
        .onRef('e.participant_id', '=', 'i.participant_id'),
    )
    .selectAll('i')
    .select('e.consent_mode')
    .where('alert.programme_id', '=', programme)
    .where('i.answer', 'is', null)
    .where('i.deadline', '<=', timestamp(now))
    .orderBy('i.deadline')
    .orderBy('i.id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...invitationFromRow(row),
    mode: row.consent_mode as ConsentMode,
  }));
}

/** Ends an open invitation. The caller holds the exclusive release lock and puts the consent. */
export async function closeInvitation(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<Invitation, 'id' | 'participant'>,
  answer: InvitationAnswer,
): Promise<void> {
  await tx
    .updateTable('embargo_invitation')
    .set({ answered_at: new Date(act.at), answer })
    .where('id', '=', id)
    .execute();
  await recordEvent(tx, {
    type: 'invitation_answered',
    ...act,
    data: { invitation: id, participant, answer },
  });
}

/** Open invitations to an alert now ask for shorter terms, which they may without being renewed. */
export async function shortenTerms(tx: Tx, alert: AlertId, until: Instant): Promise<void> {
  await tx
    .updateTable('embargo_invitation')
    .set({ terms_until: new Date(until) })
    .where('alert_id', '=', alert)
    .where('answer', 'is', null)
    .execute();
}
