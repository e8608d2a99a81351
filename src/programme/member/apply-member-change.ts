import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import type { Contact } from '../../domain/contact.ts';
import { type Enrolment, statedFacts } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type {
  MemberChangeId,
  ParticipantId,
  PersonId,
  ProgrammeId,
  ReaderId,
  StatementId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Register } from '../../domain/register.ts';
import type { RowProblem } from '../../formats/members/listed.ts';
import { putContacts } from '../../store/contact-store.ts';
import type { Tx } from '../../store/database.ts';
import { type Enrolled, enrolmentOf } from '../../store/participant-reader.ts';
import { insertParticipant, updateDoubt, updateEnrolment } from '../../store/participant-writer.ts';
import { putRegister } from '../../store/register-store.ts';
import { putOfficer } from '../../store/terms-store.ts';
import { putTransition } from '../../store/transition-store.ts';
import { grantNow } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { applyAdministrator } from './appoint-administrator.ts';
import { attest } from './attest-statement.ts';
import { checkEnrolment } from './check-enrolment.ts';
import {
  type AcceptedApplication,
  concludeAcceptance,
  concludeRefusal,
  type RefusedApplication,
} from './conclude-application.ts';
import { encryptContacts } from './contacts.ts';
import { applyKeyReport, type KeyReported } from './key-report.ts';
import { checkAgreement, type ProposedTerms, publishTerms } from './publish-terms.ts';

/** A change about participants that may open more to them. */
export type MemberChange =
  | {
      readonly kind: 'admission';
      /** The id it is to have. */
      readonly participant: ParticipantId;
      readonly name: string;
      readonly after: Enrolment;
      /** The application that it accepts; absent: it made none here. */
      readonly application?: AcceptedApplication;
    }
  | RefusedApplication
  | {
      readonly kind: 'enrolment';
      readonly participant: ParticipantId;
      readonly before: Enrolment;
      readonly after: Enrolment;
      /** What the member stated, which this attests; absent: the issuer's own word. */
      readonly statement?: StatementId;
    }
  | { readonly kind: 'trust'; readonly participant: ParticipantId }
  | ({ readonly kind: 'key_report' } & KeyReported)
  | {
      readonly kind: 'import';
      readonly participant: null;
      /** SHA-256 of the file that was imported, hex. */
      readonly file: string;
      readonly rows: readonly ImportRow[];
    }
  | {
      readonly kind: 'transition';
      readonly participant: null;
      readonly participants: readonly ParticipantId[];
      /** Facts that are taken for shown where none is known: words of `domain/transition.ts`. */
      readonly accepts: readonly string[];
      readonly expiresAt: Instant;
      readonly reason: string;
    }
  | (ProposedTerms & { readonly kind: 'terms'; readonly participant: null })
  | { readonly kind: 'register'; readonly participant: null; readonly register: Register }
  | {
      readonly kind: 'officer' | 'administrator';
      readonly participant: ParticipantId;
      readonly reader: ReaderId;
      /** What the issuer calls the reader. */
      readonly label: string;
    };

/** What becomes of an organisation of an imported list, and the rows that name it. */
export type ImportRow = {
  readonly rows: readonly number[];
  readonly name: string;
  /** An id that is reserved, where it is yet to be admitted; null where the row is at fault. */
  readonly participant: ParticipantId | null;
  readonly result: 'admit' | 'change' | 'same' | 'refused';
  readonly problems: readonly RowProblem[];
  /** Its facts on record; null: it is new. */
  readonly before: Enrolment | null;
  /** What they are to be; null where the row is at fault. */
  readonly after: Enrolment | null;
  /** All that are to be on record. */
  readonly contacts: readonly Contact[];
};

/** Members that a list says something new of. */
export function membersIn(rows: readonly ImportRow[]): ParticipantId[] {
  return rows.flatMap(({ participant, result }) =>
    participant !== null && result === 'change' ? [participant] : [],
  );
}

type Act = Parameters<typeof insertParticipant>[1];

/**
 * Puts a change in force, and decides again for whom it is about. The caller holds the exclusive
 * release lock, and commits. Who decides are persons, also where the wait concludes it.
 * @throws CONFLICT where the participant is not what the change says it was.
 */
export async function applyMemberChange(
  context: Context,
  tx: Tx,
  act: Act,
  { id, deciders }: { readonly id: MemberChangeId; readonly deciders: readonly PersonId[] },
  change: MemberChange,
): Promise<void> {
  switch (change.kind) {
    case 'admission':
      return admit(context, tx, act, deciders, change);
    case 'refusal':
      return concludeRefusal(context, tx, act, deciders, change);
    case 'enrolment':
      if (change.statement) await attest(context, tx, act, change.statement);
      return restate(context, tx, act, change);
    case 'trust':
      return trust(context, tx, act, change.participant);
    case 'key_report':
      return applyKeyReport(tx, act, change);
    case 'import':
      return takeIn(context, tx, act, change.rows);
    case 'transition':
      return accept(context, tx, act, id, change);
    case 'terms':
      return publishTerms(tx, act, change);
    case 'register':
      return putRegister(tx, act, change.register);
    case 'officer':
      return nameOfficer(tx, act, change);
    case 'administrator':
      return applyAdministrator(tx, act, change);
  }
}

async function admit(
  context: Context,
  tx: Tx,
  act: Act,
  deciders: readonly PersonId[],
  change: Extract<MemberChange, { kind: 'admission' }>,
): Promise<void> {
  const { participant: id, name, after: enrolment, application } = change;
  if (application) {
    await concludeAcceptance(context, tx, act, deciders, application, enrolment);
  }
  await enrol(context, tx, act, { id, name, enrolment });
  if (!application) return;
  const contacts = [{ address: application.contact, fingerprint: null }];
  await putContacts(tx, act.programme, id, encryptContacts(context, id, contacts));
}

/** A new participant, decided at once for alerts whose waves have begun. */
export async function enrol(
  context: Context,
  tx: Tx,
  act: Act,
  member: Parameters<typeof insertParticipant>[2],
): Promise<void> {
  // The policy in force may know other words than the one under which it was proposed.
  checkEnrolment(await context.policies.active(tx, act.programme), member.enrolment);
  await checkAgreement(tx, act.programme, member.enrolment.agreement);
  await insertParticipant(tx, act, member);
  await grantNow(context, tx, act.programme, member.id, act.at);
}

/** Everybody on a list, or nobody: what throws here undoes all of it. */
async function takeIn(context: Context, tx: Tx, act: Act, rows: readonly ImportRow[]) {
  for (const { participant, name, result, before, after, contacts } of rows) {
    if (participant === null || after === null || result === 'same') continue;
    if (before === null) {
      await enrol(context, tx, act, { id: participant, name, enrolment: after });
    } else {
      await restate(context, tx, act, { participant, before, after });
    }
    const encrypted = encryptContacts(context, participant, contacts);
    await putContacts(tx, act.programme, participant, encrypted);
  }
}

/** In force from now on; one that was given before is replaced. */
async function accept(
  context: Context,
  tx: Tx,
  act: Act,
  id: MemberChangeId,
  { participants, accepts, expiresAt }: Extract<MemberChange, { kind: 'transition' }>,
): Promise<void> {
  if (expiresAt <= act.at) {
    throw new TocsinError('CONFLICT', 'expiresAt: expected an instant to come, found one past');
  }
  for (const participant of participants) {
    await requireEnrolled(tx, act.programme, participant);
    const transition = { accepts, from: act.at, expiresAt };
    await putTransition(tx, act, participant, id, transition);
    await grantNow(context, tx, act.programme, participant, act.at);
  }
}

async function nameOfficer(
  tx: Tx,
  act: Act,
  change: { readonly participant: ParticipantId; readonly reader: ReaderId },
): Promise<void> {
  if (await putOfficer(tx, act, change, true)) return;
  throw new TocsinError(
    'CONFLICT',
    'reader: expected one whose keys are in force, and no officer yet',
  );
}

async function restate(
  context: Context,
  tx: Tx,
  act: Act,
  change: Omit<Extract<MemberChange, { kind: 'enrolment' }>, 'kind'>,
): Promise<void> {
  const { participant, before, after } = change;
  const { enrolment } = await requireEnrolled(tx, act.programme, participant);
  const { standing } = enrolment;
  // The ladder of standings goes on beside it.
  if (!sameFacts({ ...before, standing }, statedFacts(enrolment))) {
    throw new TocsinError(
      'CONFLICT',
      'enrolment: expected the facts that the proposal began with, found others; propose it again',
    );
  }
  await putEnrolment(context, tx, act, participant, { ...after, standing });
}

/** Other facts of an enrolment, in force and decided by. */
export async function putEnrolment(
  context: Context,
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  enrolment: Enrolment,
): Promise<void> {
  checkEnrolment(await context.policies.active(tx, act.programme), enrolment);
  await checkAgreement(tx, act.programme, enrolment.agreement);
  await updateEnrolment(tx, act, participant, enrolment);
  await grantNow(context, tx, act.programme, participant, act.at);
}

async function trust(context: Context, tx: Tx, act: Act, participant: ParticipantId) {
  const { doubted } = await requireEnrolled(tx, act.programme, participant);
  if (!doubted) return;
  await updateDoubt(tx, act, participant, false);
  await grantNow(context, tx, act.programme, participant, act.at);
}

function sameFacts(a: Enrolment, b: Enrolment): boolean {
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}

/** @throws NOT_FOUND */
export async function requireEnrolled(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<Enrolled> {
  const enrolled = await enrolmentOf(tx, programme, participant);
  if (enrolled) return enrolled;
  throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
    field: 'participant',
  });
}
