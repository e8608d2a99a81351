import { canonicalJson, type Json } from '../crypto/canonical.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../domain/ids.ts';
import type { Tx } from '../store/database.ts';
import { type Enrolled, enrolmentOf } from '../store/participant-reader.ts';
import { insertParticipant, updateDoubt, updateEnrolment } from '../store/participant-writer.ts';
import { checkEnrolment } from './check-enrolment.ts';
import type { Context } from './context.ts';
import { grantNow } from './grant-due.ts';

/** A change about participants that may open more to them. */
export type MemberChange =
  | {
      readonly kind: 'admission';
      /** The id it is to have. */
      readonly participant: ParticipantId;
      readonly name: string;
      readonly after: Enrolment;
    }
  | {
      readonly kind: 'enrolment';
      readonly participant: ParticipantId;
      readonly before: Enrolment;
      readonly after: Enrolment;
    }
  | { readonly kind: 'trust'; readonly participant: ParticipantId };

type Act = Parameters<typeof insertParticipant>[1];

/**
 * Puts a change in force, and decides again for whom it is about. The caller holds the exclusive
 * release lock, and commits.
 * @throws CONFLICT where the participant is not what the change says it was.
 */
export async function applyMemberChange(
  context: Context,
  tx: Tx,
  act: Act,
  change: MemberChange,
): Promise<void> {
  switch (change.kind) {
    case 'admission':
      return enrol(context, tx, act, {
        id: change.participant,
        name: change.name,
        enrolment: change.after,
      });
    case 'enrolment':
      return restate(context, tx, act, change);
    case 'trust':
      return trust(context, tx, act, change.participant);
  }
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
  await insertParticipant(tx, act, member);
  await grantNow(context, tx, act.programme, member.id, act.at);
}

async function restate(
  context: Context,
  tx: Tx,
  act: Act,
  change: Extract<MemberChange, { kind: 'enrolment' }>,
): Promise<void> {
  const { participant, before, after } = change;
  const { enrolment } = await requireEnrolled(tx, act.programme, participant);
  const { standing } = enrolment;
  // The ladder of standings goes on beside it.
  if (!sameFacts({ ...before, standing }, enrolment)) {
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
