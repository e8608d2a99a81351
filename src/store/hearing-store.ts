import type { Standing } from '../domain/enrolment.ts';
import type { ParticipantId, ReaderId, StepId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { StandingReason } from '../domain/standing.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import { noticeStanding, type Step } from './standing-store.ts';

/** What a participant is heard on before a step is taken. */
export type Hearing = {
  readonly step: StepId;
  readonly until: Instant;
  /** What it said; null: nothing yet. */
  readonly said: {
    readonly reader: ReaderId;
    /** Ciphertext. */
    readonly textEnc: Buffer;
    readonly at: Instant;
  } | null;
  /** When the step was decided; null: it waits. */
  readonly closedAt: Instant | null;
};

/** Opens a hearing on a proposed step, and tells its participant. */
export async function openHearing(
  tx: Tx,
  act: Act,
  { id, participant, to, reason }: Pick<Step, 'id' | 'participant' | 'to' | 'reason'>,
  until: Instant,
): Promise<void> {
  await tx
    .insertInto('standing_hearing')
    .values({
      ...{ step_id: id, participant_id: participant, to_standing: to, reason },
      ...{ until: new Date(until), reader_id: null, text_enc: null },
      ...{ heard_at: null, closed_at: null },
    })
    .execute();
  await recordEvent(tx, { type: 'hearing_opened', ...act, data: { participant, step: id, until } });
  await noticeStanding(tx, participant, 'hearing_opened', act.at);
}

/** Keeps what the participant says, once. False: the hearing is over, or it has been heard. */
export async function putStatement(
  tx: Tx,
  act: Act,
  { id, participant }: Pick<Step, 'id' | 'participant'>,
  { reader, textEnc }: { readonly reader: ReaderId; readonly textEnc: Buffer },
): Promise<boolean> {
  const kept = await tx
    .updateTable('standing_hearing')
    .set({ reader_id: reader, text_enc: textEnc, heard_at: new Date(act.at) })
    .where('step_id', '=', id)
    .where('heard_at', 'is', null)
    .where('closed_at', 'is', null)
    .returning('step_id')
    .executeTakeFirst();
  if (!kept) return false;
  const data = { participant, reader, step: id };
  await recordEvent(tx, { type: 'participant_heard', ...act, data });
  return true;
}

/** The hearings on these steps, by step. */
export async function hearingsOf(tx: Tx, steps: readonly StepId[]): Promise<Map<StepId, Hearing>> {
  if (steps.length === 0) return new Map();
  const rows = await tx
    .selectFrom('standing_hearing')
    .select(['step_id', 'until', 'reader_id', 'text_enc', 'heard_at', 'closed_at'])
    .where('step_id', 'in', [...steps])
    .execute();
  return new Map(
    rows.map(({ step_id, until, reader_id, text_enc, heard_at, closed_at }) => {
      const said =
        reader_id === null || text_enc === null || heard_at === null
          ? null
          : { reader: reader_id as ReaderId, textEnc: text_enc, at: heard_at };
      const step = step_id as StepId;
      return [step, { step, until, said, closedAt: closed_at }];
    }),
  );
}

/** A hearing as its participant knows it, while its step waits. */
export type OwnHearing = {
  readonly step: StepId;
  readonly to: Standing;
  readonly reason: StandingReason;
  readonly until: Instant;
  readonly heardAt: Instant | null;
};

/** The open hearings of the participant whose transaction this is, the first to end first. */
export async function ownHearings(tx: Tx, participant: ParticipantId): Promise<OwnHearing[]> {
  const rows = await tx
    .selectFrom('standing_hearing')
    .select(['step_id', 'to_standing', 'reason', 'until', 'heard_at'])
    .where('participant_id', '=', participant)
    .where('closed_at', 'is', null)
    .orderBy('until')
    .orderBy('step_id')
    .execute();
  return rows.map((row) => ({
    step: row.step_id as StepId,
    to: row.to_standing as Standing,
    reason: row.reason as StandingReason,
    until: row.until,
    heardAt: row.heard_at,
  }));
}
