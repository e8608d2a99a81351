import type { Consent, Enrolment, Involvement, Standing } from '../domain/enrolment.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId, ParticipantId, PersonId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { narrows } from '../domain/standing.ts';
import { insertAuthor } from './alert-writer.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import { keyExpiry } from './reader-key-store.ts';
import { endSessionsOf } from './session-store.ts';
import { tellCut } from './tell-cut.ts';

/** A new participant with its enrolment. @throws CONFLICT when the name is taken. */
export async function insertParticipant(
  tx: Tx,
  act: Act,
  participant: { readonly id: ParticipantId; readonly name: string; readonly enrolment: Enrolment },
): Promise<void> {
  const { id, name, enrolment } = participant;
  const added = await tx
    .insertInto('participant')
    .values({ id, name, created_at: new Date(act.at) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) throw nameTaken();
  await tx
    .insertInto('enrolment')
    .values({
      programme_id: act.programme,
      participant_id: id,
      version: 1,
      ...enrolmentColumns(enrolment),
    })
    .execute();
  await recordEvent(tx, {
    type: 'participant_added',
    ...act,
    data: { participant: id, tier: enrolment.tier, standing: enrolment.standing },
  });
}

/** @throws CONFLICT when a participant has the name. */
export async function requireFreeName(tx: Tx, name: string): Promise<void> {
  const row = await tx
    .selectFrom('participant')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirst();
  if (row) throw nameTaken();
}

function nameTaken(): TocsinError {
  return new TocsinError('CONFLICT', 'name: expected a new participant, found one of this name', {
    field: 'name',
  });
}

function enrolmentColumns(enrolment: Enrolment) {
  return {
    tier: enrolment.tier,
    standing: enrolment.standing,
    duty: JSON.stringify(enrolment.duty),
    agreement_signed_at: enrolment.agreement ? new Date(enrolment.agreement.signedAt) : null,
    agreement_expires_at: enrolment.agreement ? new Date(enrolment.agreement.expiresAt) : null,
    consent_mode: enrolment.consentMode,
    profile: JSON.stringify(enrolment.profile),
  };
}

/**
 * The caller holds the exclusive release lock. Records the change; deciding again is the caller's.
 * What a step down shuts is cut off where it is on its way, at the commit.
 */
export async function updateStanding(
  tx: Tx,
  act: Act,
  change: {
    readonly participant: ParticipantId;
    readonly from: Standing;
    readonly to: Standing;
    readonly reason: string;
  },
): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set((row) => ({
      standing: change.to,
      standing_since: new Date(act.at),
      version: row('version', '+', 1),
    }))
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', change.participant)
    .execute();
  await recordEvent(tx, { type: 'standing_changed', ...act, data: change });
  if (!narrows(change.from, change.to)) return;
  await endSessionsOf(tx, act, change.participant);
  await tellCut(tx, change.participant);
}

/**
 * The caller holds the exclusive release lock. Replaces tier, duty facts, agreement, consent mode
 * and profile.
 */
export async function updateEnrolment(
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  enrolment: Enrolment,
): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set((row) => ({ ...enrolmentColumns(enrolment), version: row('version', '+', 1) }))
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', participant)
    .execute();
  await recordEvent(tx, {
    type: 'enrolment_changed',
    ...act,
    data: {
      participant,
      tier: enrolment.tier,
      standing: enrolment.standing,
      duty: enrolment.duty.status,
    },
  });
}

/** The caller holds the exclusive release lock, and decides again. */
export async function updateDoubt(
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  doubted: boolean,
): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set((row) => ({ doubted, version: row('version', '+', 1) }))
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', participant)
    .execute();
  const doubt = doubted ? 'confidentiality' : 'none';
  await recordEvent(tx, { type: 'doubt_changed', ...act, data: { participant, doubt } });
  if (doubted) await tellCut(tx, participant);
}

/** The caller has seen that the policy in force has the calendar. */
export async function updateCalendar(
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  calendar: string | null,
): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set({ calendar })
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', participant)
    .execute();
  const data = { participant, calendar: calendar ?? 'none' };
  await recordEvent(tx, { type: 'calendar_changed', ...act, data });
}

/** A reader that may join once, with the secret behind `invitationHash`, until `expiresAt`. */
export async function insertInvitedReader(
  tx: Tx,
  act: Act,
  reader: {
    readonly id: ReaderId;
    readonly participant: ParticipantId;
    readonly label: string;
    readonly invitationHash: Buffer;
    readonly expiresAt: Instant;
  },
): Promise<void> {
  await tx
    .insertInto('reader')
    .values({
      id: reader.id,
      participant_id: reader.participant,
      label: reader.label,
      invitation_hash: reader.invitationHash,
      invitation_expires_at: new Date(reader.expiresAt),
    })
    .execute();
  await recordEvent(tx, {
    type: 'reader_invited',
    ...act,
    data: { participant: reader.participant, reader: reader.id },
  });
}

/** Binds the keys and burns the invitation: a second use of it finds no row. */
export async function joinReader(
  tx: Tx,
  act: Act,
  reader: {
    readonly id: ReaderId;
    readonly participant: ParticipantId;
    readonly recipient: string;
    readonly signKey: Buffer;
    readonly fingerprint: string;
    /** When the key ends by what it says itself. */
    readonly keyEndsAt: Instant | null;
  },
): Promise<void> {
  await tx
    .updateTable('reader')
    .set({
      invitation_hash: null,
      invitation_expires_at: null,
      age_recipient: reader.recipient,
      sign_key: reader.signKey,
      fingerprint: reader.fingerprint,
      key_since: new Date(act.at),
      key_ends_at: reader.keyEndsAt === null ? null : new Date(reader.keyEndsAt),
      key_expires_at: keyExpiry(act.at, reader.keyEndsAt),
      joined_at: new Date(act.at),
    })
    .where('id', '=', reader.id)
    .execute();
  await recordEvent(tx, {
    type: 'reader_joined',
    ...act,
    data: { participant: reader.participant, reader: reader.id, fingerprint: reader.fingerprint },
  });
}

/**
 * The caller holds the exclusive release lock. One consent per alert and participant: the last.
 */
export async function putConsent(
  tx: Tx,
  act: Act,
  change: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly consent: Consent;
  },
): Promise<void> {
  const { alert, participant, consent } = change;
  await tx
    .insertInto('consent')
    .values({ alert_id: alert, participant_id: participant, consent })
    .onConflict((conflict) =>
      conflict.columns(['alert_id', 'participant_id']).doUpdateSet({ consent }),
    )
    .execute();
  await recordEvent(tx, { type: 'consent_changed', ...act, data: { alert, participant, consent } });
}

/** The caller holds the exclusive release lock. One per alert and participant: the last. */
export async function putInvolvement(
  tx: Tx,
  act: Act,
  change: {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly involvement: Involvement;
  },
  author?: PersonId,
): Promise<void> {
  const { alert, participant, involvement } = change;
  await insertAuthor(tx, act, alert, author);
  await tx
    .insertInto('alert_involvement')
    .values({ alert_id: alert, participant_id: participant, involvement })
    .onConflict((conflict) =>
      conflict.columns(['alert_id', 'participant_id']).doUpdateSet({ involvement }),
    )
    .execute();
  const data = { alert, participant, involvement };
  await recordEvent(tx, { type: 'involvement_changed', ...act, data });
}
