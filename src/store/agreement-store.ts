import { newId } from '../crypto/random.ts';
import type {
  AgreementId,
  NoticeId,
  ParticipantId,
  PersonId,
  ProgrammeId,
  ReaderId,
  TermsId,
} from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { AgreementAnswer } from '../domain/terms.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** An officer's signature, and the issuer's answer. */
export type StoredAgreement = {
  readonly id: AgreementId;
  readonly programme: ProgrammeId;
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly terms: TermsId;
  readonly version: number;
  /** Of the terms, hex. */
  readonly sha256: string;
  readonly validDays: number;
  readonly signature: Buffer;
  /** The participant's agreement to the same terms before, which was answered; null: none. */
  readonly follows: AgreementId | null;
  readonly at: Instant;
  /** Null: not answered yet. */
  readonly answer: AgreementAnswer | null;
  readonly answeredAt: Instant | null;
  readonly expiresAt: Instant | null;
};

type Signed = Pick<
  StoredAgreement,
  'id' | 'participant' | 'reader' | 'terms' | 'sha256' | 'signature' | 'follows'
>;

/**
 * Keeps a signature. False, and nothing is kept, where one waits to be answered already, or another
 * has come after the one that this follows.
 */
export async function insertAgreement(tx: Tx, act: Act, signed: Signed): Promise<boolean> {
  const { id, participant, reader, terms, sha256, signature, follows } = signed;
  const added = await tx
    .insertInto('agreement')
    .values({
      ...{ id, programme_id: act.programme, participant_id: participant, reader_id: reader },
      ...{ terms_id: terms, signature, follows, at: new Date(act.at) },
      ...{ person_id: null, answer: null, answered_at: null, expires_at: null },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return false;
  const data = { participant, agreement: id, reader, terms, sha256 };
  await recordEvent(tx, { type: 'agreement_signed', ...act, data });
  return true;
}

/** Answers a signature; the participant is told that it was. */
export async function answerStored(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<StoredAgreement, 'id' | 'participant'>,
  given: {
    readonly person: PersonId;
    readonly answer: AgreementAnswer;
    readonly expiresAt: Instant | null;
  },
): Promise<void> {
  const { person, answer, expiresAt } = given;
  const at = new Date(act.at);
  await tx
    .updateTable('agreement')
    .set({
      ...{ person_id: person, answer, answered_at: at },
      expires_at: expiresAt === null ? null : new Date(expiresAt),
    })
    .where('id', '=', id)
    .execute();
  const data = { participant, agreement: id, answer, expiresAt };
  await recordEvent(tx, { type: 'agreement_answered', ...act, data });
  await tx
    .insertInto('notice')
    .values({
      ...{ id: newId<NoticeId>(), participant_id: participant, alert_id: null },
      ...{ invitation_id: null, kind: 'agreement_answered', at },
    })
    .execute();
}

/** An agreement by its id, or null. */
export async function agreementById(tx: Tx, id: AgreementId): Promise<StoredAgreement | null> {
  const row = await agreements(tx).where('agreement.id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The last signature of a participant under these terms; null: it has given none. */
export async function lastAgreement(
  tx: Tx,
  terms: TermsId,
  participant: ParticipantId,
): Promise<AgreementId | null> {
  const row = await tx
    .selectFrom('agreement')
    .select('id')
    .where('terms_id', '=', terms)
    .where('participant_id', '=', participant)
    .orderBy('serial', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (row?.id ?? null) as AgreementId | null;
}

/** The last 1 000 agreements of a programme, newest first. */
export async function agreementsOf(tx: Tx, programme: ProgrammeId): Promise<StoredAgreement[]> {
  const rows = await agreements(tx)
    .where('agreement.programme_id', '=', programme)
    .orderBy('agreement.serial', 'desc')
    .limit(1_000)
    .execute();
  return rows.map(fromRow);
}

function agreements(tx: Tx) {
  return tx
    .selectFrom('agreement')
    .innerJoin('terms', 'terms.id', 'agreement.terms_id')
    .selectAll('agreement')
    .select(['terms.version', 'terms.sha256', 'terms.valid_days']);
}

type Row = Awaited<ReturnType<ReturnType<typeof agreements>['execute']>>[number];

function fromRow(row: Row): StoredAgreement {
  return {
    id: row.id as AgreementId,
    programme: row.programme_id as ProgrammeId,
    participant: row.participant_id as ParticipantId,
    reader: row.reader_id as ReaderId,
    terms: row.terms_id as TermsId,
    version: row.version,
    sha256: row.sha256,
    validDays: row.valid_days,
    signature: row.signature,
    follows: row.follows as AgreementId | null,
    at: row.at,
    answer: row.answer as AgreementAnswer | null,
    answeredAt: row.answered_at,
    expiresAt: row.expires_at,
  };
}

/** What became of the signatures of a participant, newest first, as its login may see it. */
export type OwnAgreement = Pick<StoredAgreement, 'id' | 'terms' | 'at' | 'answer' | 'expiresAt'>;

/** A participant's own agreements, newest first; for its own login. */
export async function ownAgreements(tx: Tx): Promise<OwnAgreement[]> {
  const rows = await tx
    .selectFrom('agreement')
    .select(['id', 'terms_id', 'at', 'answer', 'expires_at'])
    .orderBy('serial', 'desc')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id as AgreementId,
    terms: row.terms_id as TermsId,
    at: row.at,
    answer: row.answer as AgreementAnswer | null,
    expiresAt: row.expires_at,
  }));
}
