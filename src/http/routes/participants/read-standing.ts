import { Type } from 'typebox';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { APPEAL_OUTCOMES, STEP_OUTCOMES } from '../../../domain/standing.ts';
import { readStanding } from '../../../programme/member/read-standing.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const Step = Type.Object({
  id: IdText,
  from: oneOf(STANDINGS),
  to: oneOf(STANDINGS),
  form: oneOf(['one_then_confirm', 'two_persons']),
  reason: Type.String(),
  evidence: nullable(Type.String()),
  person: IdText,
  at: InstantText,
  effectiveAt: nullable(InstantText),
  confirmBy: nullable(InstantText),
  decider: nullable(IdText),
  outcome: nullable(oneOf(STEP_OUTCOMES)),
  hearing: nullable(
    Type.Object({
      until: InstantText,
      said: nullable(Type.Object({ reader: IdText, text: Type.String(), at: InstantText })),
    }),
  ),
  appeal: nullable(
    Type.Object({
      reader: IdText,
      text: Type.String(),
      at: InstantText,
      outcome: nullable(oneOf(APPEAL_OUTCOMES)),
    }),
  ),
});

export function showStanding(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/participants/:participant/standing',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'The standing of a participant, every step there was, and its appeals',
        params: Type.Object({ programme: IdText, participant: IdText }),
        response: { 200: Type.Object({ standing: oneOf(STANDINGS), steps: listOf(Step) }) },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const participant = parseId<'participant'>(params.participant, 'participant');
      const { standing, steps } = await readStanding(deps.context, programme, participant);
      return {
        standing,
        steps: steps.map(({ at, effectiveAt, confirmBy, appeal, hearing, ...step }) => ({
          ...step,
          at: formatInstant(at),
          effectiveAt: instantOrNull(effectiveAt),
          confirmBy: instantOrNull(confirmBy),
          hearing: hearing && {
            until: formatInstant(hearing.until),
            said: hearing.said && { ...hearing.said, at: formatInstant(hearing.said.at) },
          },
          appeal: appeal && { ...appeal, at: formatInstant(appeal.at) },
        })),
      };
    },
  );
}
