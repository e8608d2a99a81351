import { Type } from 'typebox';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { STANDING_REASONS } from '../../../domain/standing.ts';
import { changeStanding } from '../../../programme/member/change-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const Change = Type.Object(
  {
    to: oneOf(STANDINGS),
    reason: oneOf(STANDING_REASONS),
    evidence: Type.Optional(Type.String({ maxLength: 4_000 })),
    hearingHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })),
  },
  closed,
);
const Changed = Type.Object({
  step: nullable(IdText),
  from: oneOf(STANDINGS),
  to: oneOf(STANDINGS),
  inForce: Type.Boolean(),
  confirmBy: nullable(InstantText),
});

export function setStanding(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/standing',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Restricts or suspends at once; proposes to reinstate or to remove',
        description:
          'A step down is in force when this is answered: no copy leaves to a participant it ' +
          'suspended. Another person confirms it by `confirmBy`. Anything else, and a removal, ' +
          'waits for a second person: `inForce` is false. With `hearingHours` the participant is ' +
          'told of a removal, which nobody confirms before it has said something or that time ' +
          'is over.',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Change,
        response: { 200: Changed },
      },
    },
    async (request) => {
      const taken = await changeStanding(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        request.body,
        // A suspension takes something away: it must not wait until a doubted clock is confirmed.
        deps.clock.reading().wall,
        request.repeat,
      );
      return { ...taken, confirmBy: instantOrNull(taken.confirmBy) };
    },
  );
}
