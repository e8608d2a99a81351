import { type Selectable, sql } from 'kysely';
import { newId } from '../crypto/random.ts';
import type { Standing } from '../domain/enrolment.ts';
import type { Actor } from '../domain/event.ts';
import type { NoticeId, ParticipantId, PersonId, ProgrammeId, StepId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { StandingReason, StepForm, StepOutcome } from '../domain/standing.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** A step of a participant's standing, in force or proposed. */
export type Step = {
  readonly id: StepId;
  readonly programme: ProgrammeId;
  readonly participant: ParticipantId;
  readonly from: Standing;
  readonly to: Standing;
  readonly form: StepForm;
  readonly reason: StandingReason;
  /** Ciphertext; null where none was given. */
  readonly evidenceEnc: Buffer | null;
  /** Who made it or proposed it. */
  readonly person: PersonId;
  readonly at: Instant;
  /** Since when it is or was in force; null: it is not. */
  readonly effectiveAt: Instant | null;
  /** By when another person is to confirm; null for a proposal. */
  readonly confirmBy: Instant | null;
  readonly decider: PersonId | null;
  /** Null: open. */
  readonly outcome: StepOutcome | null;
};

/** Keeps a step, and records that it waits for a second person. */
export async function insertStep(
  tx: Tx,
  act: Act,
  step: Omit<Step, 'programme' | 'at' | 'effectiveAt' | 'decider' | 'outcome'>,
): Promise<void> {
  const { id, participant, from, to, form, reason, evidenceEnc, person, confirmBy } = step;
  const at = new Date(act.at);
  await tx
    .insertInto('standing_step')
    .values({
      id,
      programme_id: act.programme,
      participant_id: participant,
      from_standing: from,
      to_standing: to,
      form,
      reason,
      evidence_enc: evidenceEnc,
      person_id: person,
      at,
      effective_at: form === 'one_then_confirm' ? at : null,
      confirm_by: confirmBy === null ? null : new Date(confirmBy),
      overdue_at: null,
      decider_id: null,
      outcome: null,
      decided_at: null,
    })
    .execute();
  if (confirmBy === null) {
    const data = { participant, step: id, from, to, reason };
    await recordEvent(tx, { type: 'standing_proposed', ...act, data });
  } else {
    const data = { participant, step: id, confirmBy };
    await recordEvent(tx, { type: 'standing_unconfirmed', ...act, data });
  }
}

/** A step, or null. */
export async function stepById(tx: Tx, id: StepId): Promise<Step | null> {
  const row = await tx
    .selectFrom('standing_step')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? stepFromRow(row) : null;
}

/** All steps of a participant in a programme, oldest first. */
export async function stepsOf(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<Step[]> {
  const rows = await tx
    .selectFrom('standing_step')
    .selectAll()
    .where('programme_id', '=', programme)
    .where('participant_id', '=', participant)
    .orderBy('serial')
    .execute();
  return rows.map(stepFromRow);
}

function stepFromRow(row: Selectable<Database['standing_step']>): Step {
  return {
    id: row.id as StepId,
    programme: row.programme_id as ProgrammeId,
    participant: row.participant_id as ParticipantId,
    from: row.from_standing as Standing,
    to: row.to_standing as Standing,
    form: row.form as StepForm,
    reason: row.reason as StandingReason,
    evidenceEnc: row.evidence_enc,
    person: row.person_id as PersonId,
    at: row.at,
    effectiveAt: row.effective_at,
    confirmBy: row.confirm_by,
    decider: row.decider_id as PersonId | null,
    outcome: row.outcome as StepOutcome | null,
  };
}

/**
 * Ends an open step, which takes it off the work list. The database refuses a decider who made it,
 * save of one who takes a proposal back.
 */
export async function decideStep(
  tx: Tx,
  act: Act,
  step: Pick<Step, 'id' | 'form' | 'participant'>,
  decision: { readonly outcome: StepOutcome; readonly decider: PersonId | null },
): Promise<void> {
  const { id, form, participant } = step;
  const { outcome, decider } = decision;
  const at = new Date(act.at);
  const effective = form === 'two_persons' && outcome === 'confirmed' ? { effective_at: at } : {};
  await tx
    .updateTable('standing_step')
    .set({ outcome, decider_id: decider, decided_at: at, ...effective })
    .where('id', '=', id)
    .execute();
  await tx
    .updateTable('standing_hearing')
    .set({ closed_at: at })
    .where('step_id', '=', id)
    .execute();
  const data = { participant, step: id, outcome };
  await recordEvent(tx, { type: 'standing_decided', ...act, data });
}

/**
 * Records, once, each step that nobody confirmed in time. A confirmation under way is waited for,
 * and then counts.
 */
export async function recordOverdueSteps(tx: Tx, actor: Actor, at: Instant): Promise<void> {
  const overdue = await tx
    .updateTable('standing_step')
    .set({ overdue_at: new Date(at) })
    .where('confirm_by', '<', timestamp(at))
    .where('decided_at', 'is', null)
    .where('overdue_at', 'is', null)
    .returning(['id', 'participant_id', 'programme_id'])
    .execute();
  for (const { id: step, participant_id: participant, programme_id } of overdue) {
    const act = { programme: programme_id as ProgrammeId, actor, at };
    await recordEvent(tx, { type: 'standing_overdue', ...act, data: { participant, step } });
  }
}

/** Kinds of notices about the participant itself: they are of no alert, and always shown. */
export const STANDING_NOTICES = ['standing_changed', 'appeal_decided', 'hearing_opened'] as const;

/** Tells a participant that something about itself was decided, never what. */
export async function noticeStanding(
  tx: Tx,
  participant: ParticipantId,
  kind: (typeof STANDING_NOTICES)[number],
  at: Instant,
): Promise<void> {
  await sql`insert into notice (id, participant_id, kind, at)
    values (${newId<NoticeId>()}, ${participant}, ${kind}, ${new Date(at)})`.execute(tx);
}
