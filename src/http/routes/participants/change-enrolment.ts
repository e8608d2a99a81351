import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { changeEnrolment } from '../../../programme/member/change-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable } from '../../schemas/basic.ts';
import { parseEnrolment, StatedEnrolmentText } from '../../schemas/enrolment.ts';
import { WaitingText } from '../../schemas/member-change.ts';

export function setEnrolment(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/enrolment',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Replaces the facts of an enrolment (its standing has a route of its own)',
        description:
          'A profile that is not stated stays as it is. What only narrows is in force at once; ' +
          'else `proposal` waits for a second person.',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ enrolment: StatedEnrolmentText }, closed),
        response: { 200: Type.Object({ participant: IdText, proposal: nullable(WaitingText) }) },
      },
    },
    async (request) =>
      changeEnrolment(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        parseEnrolment(request.body.enrolment),
        deps.clock.now(),
        request.repeat,
      ),
  );
}
