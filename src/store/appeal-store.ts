import type { Standing } from '../domain/enrolment.ts';
import type { ParticipantId, PersonId, ReaderId, StepId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { AppealOutcome, StandingReason } from '../domain/standing.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Step } from './standing-store.ts';

/** What a participant has to say against a step. */
export type Appeal = {
  readonly step: StepId;
  readonly reader: ReaderId;
  /** Ciphertext. */
  readonly textEnc: Buffer;
  readonly at: Instant;
  readonly decider: PersonId | null;
  /** Null: open. */
  readonly outcome: AppealOutcome | null;
};

/** Keeps an appeal. Returns false, and changes nothing, where the step has one. */
export async function insertAppeal(
  tx: Tx,
  act: Act,
  { id: step, participant }: Pick<Step, 'id' | 'participant'>,
  { reader, textEnc }: Pick<Appeal, 'reader' | 'textEnc'>,
): Promise<boolean> {
  const added = await tx
    .insertInto('standing_appeal')
    .values({
      step_id: step,
      participant_id: participant,
      reader_id: reader,
      text_enc: textEnc,
      at: new Date(act.at),
      decider_id: null,
      outcome: null,
      decided_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return false;
  await recordEvent(tx, { type: 'standing_appealed', ...act, data: { participant, reader, step } });
  return true;
}

/** The appeals against these steps, by step. */
export async function appealsOf(tx: Tx, steps: readonly StepId[]): Promise<Map<StepId, Appeal>> {
  if (steps.length === 0) return new Map();
  const rows = await tx
    .selectFrom('standing_appeal')
    .select(['step_id', 'reader_id', 'text_enc', 'at', 'decider_id', 'outcome'])
    .where('step_id', 'in', [...steps])
    .execute();
  return new Map(
    rows.map((row) => [
      row.step_id as StepId,
      {
        step: row.step_id as StepId,
        reader: row.reader_id as ReaderId,
        textEnc: row.text_enc,
        at: row.at,
        decider: row.decider_id as PersonId | null,
        outcome: row.outcome as AppealOutcome | null,
      },
    ]),
  );
}

export async function decideAppeal(
  tx: Tx,
  act: Act,
  { id: step, participant }: Pick<Step, 'id' | 'participant'>,
  decision: { readonly outcome: AppealOutcome; readonly decider: PersonId },
): Promise<void> {
  const { outcome, decider } = decision;
  await tx
    .updateTable('standing_appeal')
    .set({ outcome, decider_id: decider, decided_at: new Date(act.at) })
    .where('step_id', '=', step)
    .execute();
  await recordEvent(tx, { type: 'appeal_decided', ...act, data: { participant, step, outcome } });
}

/** A step as its participant knows it: in force, and nothing of persons or evidence. */
export type OwnStep = {
  readonly id: StepId;
  readonly from: Standing;
  readonly to: Standing;
  readonly reason: StandingReason;
  readonly at: Instant;
  readonly appeal: AppealOutcome | 'open' | null;
};

/** The steps of the participant whose transaction this is, oldest first. */
export async function ownSteps(tx: Tx, participant: ParticipantId): Promise<OwnStep[]> {
  const rows = await tx
    .selectFrom('standing_step as s')
    .leftJoin('standing_appeal as a', 'a.step_id', 's.id')
    .select(['s.id', 's.from_standing', 's.to_standing', 's.reason', 's.effective_at'])
    .select(['a.at as appealed_at', 'a.outcome as appeal'])
    .where('s.participant_id', '=', participant)
    .where('s.effective_at', 'is not', null)
    .orderBy('s.effective_at')
    .orderBy('s.serial')
    .execute();
  return rows.flatMap((row) =>
    row.effective_at === null
      ? []
      : [
          {
            id: row.id as StepId,
            from: row.from_standing as Standing,
            to: row.to_standing as Standing,
            reason: row.reason as StandingReason,
            at: row.effective_at,
            appeal: row.appealed_at === null ? null : ((row.appeal ?? 'open') as 'open'),
          },
        ],
  );
}
