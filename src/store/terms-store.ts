import { sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { AgreementFacts } from '../domain/enrolment.ts';
import type { NoticeId, ParticipantId, ProgrammeId, TermsId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { SignBy, TermsText } from '../domain/terms.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** Kinds of notices about terms: they are of no alert, and always shown. */
export const TERMS_NOTICES = ['terms_published', 'agreement_answered'] as const;

/** A version of a programme's terms, as published. */
export type StoredTerms = TermsText & {
  readonly id: TermsId;
  readonly programme: ProgrammeId;
  /** Hex. */
  readonly sha256: string;
  readonly signBy: SignBy;
  readonly publishedAt: Instant;
};

/**
 * The caller holds the exclusive release lock. Every agreement that was signed before ends by
 * `signBy` at the latest, and all who have a seat are told.
 */
export async function insertTerms(
  tx: Tx,
  act: Act,
  terms: Omit<StoredTerms, 'programme' | 'publishedAt'>,
): Promise<void> {
  const { id, version, text, clauses, validDays, sha256, signBy } = terms;
  await tx
    .insertInto('terms')
    .values({
      id,
      programme_id: act.programme,
      version,
      body: text,
      clauses: JSON.stringify(clauses),
      valid_days: validDays,
      sha256,
      sign_by: signBy === null ? null : new Date(signBy),
      published_at: new Date(act.at),
    })
    .execute();
  if (signBy !== null) await endEarlier(tx, act, signBy);
  const data = { terms: id, version, sha256, signBy };
  await recordEvent(tx, { type: 'terms_published', ...act, data });
  await noticeSeated(tx, act);
}

async function endEarlier(tx: Tx, { programme, at }: Act, signBy: Instant): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set((row) => ({ agreement_expires_at: new Date(signBy), version: row('version', '+', 1) }))
    .where('programme_id', '=', programme)
    .where('agreement_signed_at', '<', timestamp(at))
    .where('agreement_expires_at', '>', timestamp(signBy))
    .execute();
}

async function noticeSeated(tx: Tx, { programme, at }: Act): Promise<void> {
  const seated = await tx
    .selectFrom('enrolment')
    .select('participant_id')
    .where('programme_id', '=', programme)
    .where('standing', 'in', ['active', 'restricted', 'suspended'])
    .execute();
  const ids = seated.map(() => newId<NoticeId>());
  await sql`insert into notice (id, participant_id, kind, at)
    select id, participant, 'terms_published', ${timestamp(at)}
    from unnest(${ids}::uuid[], ${seated.map((row) => row.participant_id)}::uuid[])
      as t (id, participant)`.execute(tx);
}

/** The versions of a programme's terms, newest first; what a participant may see, for its login. */
export async function termsOf(tx: Tx, programme: ProgrammeId): Promise<StoredTerms[]> {
  const rows = await tx
    .selectFrom('terms')
    .selectAll()
    .where('programme_id', '=', programme)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** The newest terms of every programme that the login sees. */
export async function newestTerms(tx: Tx): Promise<StoredTerms[]> {
  const rows = await tx
    .selectFrom('terms')
    .selectAll()
    .distinctOn('programme_id')
    .orderBy('programme_id')
    .orderBy('version', 'desc')
    .execute();
  return rows.map(fromRow);
}

type TermsRow = {
  readonly id: string;
  readonly programme_id: string;
  readonly version: number;
  readonly body: string;
  readonly clauses: TermsText['clauses'];
  readonly valid_days: number;
  readonly sha256: string;
  readonly sign_by: Instant | null;
  readonly published_at: Instant;
};

function fromRow(row: TermsRow): StoredTerms {
  return {
    id: row.id as TermsId,
    programme: row.programme_id as ProgrammeId,
    version: row.version,
    text: row.body,
    clauses: row.clauses,
    validDays: row.valid_days,
    sha256: row.sha256,
    signBy: row.sign_by,
    publishedAt: row.published_at,
  };
}

/** The version and instant by which an agreement has to end that runs past it; null: none. */
export async function termsAgainst(
  tx: Tx,
  programme: ProgrammeId,
  agreement: AgreementFacts,
): Promise<{ readonly version: number; readonly signBy: Instant } | null> {
  if (agreement === null) return null;
  const row = await tx
    .selectFrom('terms')
    .select(['version', 'sign_by'])
    .where('programme_id', '=', programme)
    .where('published_at', '>', timestamp(agreement.signedAt))
    .where('sign_by', '<', timestamp(agreement.expiresAt))
    .orderBy('sign_by')
    .limit(1)
    .executeTakeFirst();
  if (!row || row.sign_by === null) return null;
  return { version: row.version, signBy: row.sign_by };
}

/**
 * Says whether a reader's signature binds its organisation. False: it was so already, or there is
 * no key in force that could sign.
 */
export async function putOfficer(
  tx: Tx,
  act: Act,
  { participant, reader }: { readonly participant: ParticipantId; readonly reader: string },
  officer: boolean,
): Promise<boolean> {
  const changed = await tx
    .updateTable('reader')
    .set({ officer })
    .where('id', '=', reader)
    .where('participant_id', '=', participant)
    .where('removed_at', 'is', null)
    .where('officer', '<>', officer)
    .$if(officer, (query) =>
      query.where('sign_key', 'is not', null).where('key_reported', 'is', null),
    )
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) return false;
  const data = { participant, reader, officer: officer ? 'named' : 'ended' };
  await recordEvent(tx, { type: 'officer_changed', ...act, data });
  return true;
}

/** A reader that may sign: its key. Null where its signature does not bind its organisation. */
export async function officerKey(
  tx: Tx,
  participant: ParticipantId,
  reader: string,
): Promise<Buffer | null> {
  const row = await tx
    .selectFrom('reader')
    .select('sign_key')
    .where('id', '=', reader)
    .where('participant_id', '=', participant)
    .where('officer', '=', true)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row?.sign_key ?? null;
}
