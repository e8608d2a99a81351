import type { ApplicationState } from '../domain/application.ts';
import type { Standing } from '../domain/enrolment.ts';
import type { ApplicationId, ParticipantId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { AppealOutcome } from '../domain/standing.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** An application as the database has it. Fields named `*Enc` are ciphertext. */
export type StoredApplication = {
  readonly id: ApplicationId;
  readonly programme: ProgrammeId;
  /** The id that it has once it is admitted. */
  readonly participant: ParticipantId;
  readonly contentEnc: Buffer;
  readonly at: Instant;
  readonly completeAt: Instant | null;
  readonly state: ApplicationState;
  readonly reasonEnc: Buffer | null;
  readonly decidedAt: Instant | null;
  readonly appealEnc: Buffer | null;
  readonly appealOutcome: AppealOutcome | null;
  readonly appealReasonEnc: Buffer | null;
};

/** A new application, open, and its event. */
export async function insertApplication(
  tx: Tx,
  act: Act,
  application: Pick<StoredApplication, 'id' | 'participant' | 'contentEnc'> & {
    readonly codeHash: Buffer;
  },
): Promise<void> {
  const { id, participant, contentEnc, codeHash } = application;
  await tx
    .insertInto('application')
    .values({
      ...{ id, programme_id: act.programme, participant_id: participant },
      ...{ code_hash: codeHash, content_enc: contentEnc, at: new Date(act.at), state: 'open' },
      ...{ complete_at: null, reason_enc: null, decided_at: null },
      ...{ appeal_enc: null, appealed_at: null, appeal_decider_id: null },
      ...{ appeal_outcome: null, appeal_reason_enc: null, appeal_decided_at: null },
    })
    .execute();
  await recordEvent(tx, { type: 'application_received', ...act, data: { application: id } });
}

/** What an application says from now on; the caller records why. */
export async function putContent(
  tx: Tx,
  id: ApplicationId,
  contentEnc: Buffer,
  completeAt: Instant | null,
): Promise<void> {
  await tx
    .updateTable('application')
    .set({
      content_enc: contentEnc,
      complete_at: completeAt === null ? null : new Date(completeAt),
    })
    .where('id', '=', id)
    .execute();
}

/** Ends an application, with the reason that is told. */
export async function decideApplication(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<StoredApplication, 'id' | 'participant'>,
  decision: { readonly state: 'accepted' | 'refused'; readonly reasonEnc: Buffer },
): Promise<void> {
  const { state, reasonEnc } = decision;
  await tx
    .updateTable('application')
    .set({ state, reason_enc: reasonEnc, decided_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  const member = state === 'accepted' ? participant : null;
  const data = { application: id, outcome: state, member };
  await recordEvent(tx, { type: 'application_decided', ...act, data });
}

/** What an applicant says against a refusal. */
export async function putAppeal(
  tx: Tx,
  act: Act,
  id: ApplicationId,
  appealEnc: Buffer,
): Promise<void> {
  await tx
    .updateTable('application')
    .set({ appeal_enc: appealEnc, appealed_at: new Date(act.at) })
    .where('id', '=', id)
    .execute();
  await recordEvent(tx, { type: 'application_appealed', ...act, data: { application: id } });
}

/** Decides an appeal. Granted, the application is open again. */
export async function decideStoredAppeal(
  tx: Tx,
  act: Act,
  id: ApplicationId,
  decision: {
    readonly outcome: AppealOutcome;
    readonly decider: PersonId;
    readonly reasonEnc: Buffer;
  },
): Promise<void> {
  const { outcome, decider, reasonEnc } = decision;
  await tx
    .updateTable('application')
    .set({
      ...{ appeal_outcome: outcome, appeal_decider_id: decider, appeal_reason_enc: reasonEnc },
      appeal_decided_at: new Date(act.at),
      ...(outcome === 'granted' ? { state: 'open' } : {}),
    })
    .where('id', '=', id)
    .execute();
  const data = { application: id, outcome };
  await recordEvent(tx, { type: 'application_appeal_decided', ...act, data });
}

/** Records that a person had part in what became of an application. */
export async function notePart(tx: Tx, id: ApplicationId, person: PersonId): Promise<void> {
  await tx
    .insertInto('application_part')
    .values({ application_id: id, person_id: person })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether a person had part in what became of an application. */
export async function hadPart(tx: Tx, id: ApplicationId, person: PersonId): Promise<boolean> {
  const row = await tx
    .selectFrom('application_part')
    .select('person_id')
    .where('application_id', '=', id)
    .where('person_id', '=', person)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many applications of a programme nobody has decided. */
export async function countOpen(tx: Tx, programme: ProgrammeId): Promise<number> {
  const row = await tx
    .selectFrom('application')
    .where('programme_id', '=', programme)
    .where('state', '=', 'open')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Of which programme an application is, or null; nothing is locked. */
export async function programmeOfApplication(
  tx: Tx,
  id: ApplicationId,
): Promise<ProgrammeId | null> {
  const row = await tx
    .selectFrom('application')
    .select('programme_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return (row?.programme_id ?? null) as ProgrammeId | null;
}

/** An application by its id, or null; locked, since what it says is changed as a whole. */
export async function applicationById(
  tx: Tx,
  id: ApplicationId,
): Promise<StoredApplication | null> {
  const row = await tx
    .selectFrom('application')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The application that a code follows, or null; locked. */
export async function applicationByCode(
  tx: Tx,
  codeHash: Buffer,
): Promise<StoredApplication | null> {
  const row = await tx
    .selectFrom('application')
    .selectAll()
    .where('code_hash', '=', codeHash)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Who is in a programme, by name: whom rules on sponsors, rebuilds and seats ask about. */
export async function membersOf(tx: Tx, programme: ProgrammeId) {
  const rows = await tx
    .selectFrom('enrolment')
    .innerJoin('participant', 'participant.id', 'enrolment.participant_id')
    .select(['participant_id', 'standing', 'profile', 'name'])
    .where('programme_id', '=', programme)
    .execute();
  return rows.map((row) => ({
    participant: row.participant_id as ParticipantId,
    standing: row.standing as Standing,
    roles: row.profile.roles,
    name: row.name,
  }));
}

/** Applications of a programme, newest first: the last 1 000, or all that are open. */
export async function applicationsOf(
  tx: Tx,
  programme: ProgrammeId,
  which: 'last' | 'open',
): Promise<StoredApplication[]> {
  let query = tx.selectFrom('application').selectAll().where('programme_id', '=', programme);
  if (which === 'open') query = query.where('state', '=', 'open');
  const rows = await query.orderBy('at', 'desc').orderBy('id').limit(1_000).execute();
  return rows.map(fromRow);
}

type Row = {
  readonly id: string;
  readonly programme_id: string;
  readonly participant_id: string;
  readonly content_enc: Buffer;
  readonly at: Instant;
  readonly complete_at: Instant | null;
  readonly state: string;
  readonly reason_enc: Buffer | null;
  readonly decided_at: Instant | null;
  readonly appeal_enc: Buffer | null;
  readonly appeal_outcome: string | null;
  readonly appeal_reason_enc: Buffer | null;
};

function fromRow(row: Row): StoredApplication {
  return {
    id: row.id as ApplicationId,
    programme: row.programme_id as ProgrammeId,
    participant: row.participant_id as ParticipantId,
    contentEnc: row.content_enc,
    at: row.at,
    completeAt: row.complete_at,
    state: row.state as ApplicationState,
    reasonEnc: row.reason_enc,
    decidedAt: row.decided_at,
    appealEnc: row.appeal_enc,
    appealOutcome: row.appeal_outcome as AppealOutcome | null,
    appealReasonEnc: row.appeal_reason_enc,
  };
}
