import { decryptColumn } from '../../crypto/column.ts';
import type { Standing } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AppealOutcome } from '../../domain/standing.ts';
import { type Appeal, appealsOf } from '../../store/appeal-store.ts';
import { type Hearing, hearingsOf } from '../../store/hearing-store.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import { type Step, stepsOf } from '../../store/standing-store.ts';
import type { Context } from '../context.ts';

/** A step as the issuer's persons see it. */
export type StepView = Omit<Step, 'evidenceEnc' | 'programme' | 'participant'> & {
  readonly evidence: string | null;
  readonly appeal: {
    readonly reader: ReaderId;
    readonly text: string;
    readonly at: Instant;
    readonly outcome: AppealOutcome | null;
  } | null;
  /** What the participant was heard on before; null: it was not. */
  readonly hearing: {
    readonly until: Instant;
    readonly said: {
      readonly reader: ReaderId;
      readonly text: string;
      readonly at: Instant;
    } | null;
  } | null;
};

/** The standing of a participant and every step there was, oldest first. @throws NOT_FOUND */
export async function readStanding(
  context: Context,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<{ standing: Standing; steps: readonly StepView[] }> {
  return context.store.issuer(async (tx) => {
    const enrolled = await enrolmentOf(tx, programme, participant);
    if (!enrolled) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
        field: 'participant',
      });
    }
    const steps = await stepsOf(tx, programme, participant);
    const ids = steps.map(({ id }) => id);
    const appeals = await appealsOf(tx, ids);
    const hearings = await hearingsOf(tx, ids);
    return {
      standing: enrolled.enrolment.standing,
      steps: steps.map((step) =>
        viewOf(context, step, appeals.get(step.id), hearings.get(step.id)),
      ),
    };
  });
}

function viewOf(
  context: Context,
  step: Step,
  found: Appeal | undefined,
  heard: Hearing | undefined,
): StepView {
  const { evidenceEnc, programme: _, participant: __, ...rest } = step;
  const opened = (row: string, ciphertext: Buffer) =>
    decryptColumn(context.keys.standings, row, ciphertext).toString();
  const evidence = evidenceEnc && opened(`standing_step/${step.id}`, evidenceEnc);
  const hearing = heard
    ? {
        until: heard.until,
        said: heard.said && {
          reader: heard.said.reader,
          text: opened(`standing_hearing/${step.id}`, heard.said.textEnc),
          at: heard.said.at,
        },
      }
    : null;
  if (!found) return { ...rest, evidence, hearing, appeal: null };
  const { reader, textEnc, at, outcome } = found;
  const text = opened(`standing_appeal/${step.id}`, textEnc);
  return { ...rest, evidence, hearing, appeal: { reader, text, at, outcome } };
}
