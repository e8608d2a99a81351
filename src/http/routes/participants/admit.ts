import { Type } from 'typebox';
import { NO_PROFILE } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { proposeParticipant } from '../../../programme/member/admit-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { parseEnrolment, StatedEnrolmentText } from '../../schemas/enrolment.ts';
import { WaitingText } from '../../schemas/member-change.ts';

const AdmitBody = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 200 }), enrolment: StatedEnrolmentText },
  closed,
);

export function admit(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes a participant, which is admitted when a second person confirms it',
        description: 'It is told its id now, and decided then for alerts under way.',
        params: Type.Object({ programme: IdText }),
        body: AdmitBody,
        response: { 201: Type.Object({ participant: IdText, proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const { name } = request.body;
      const stated = parseEnrolment(request.body.enrolment);
      const enrolment = { ...stated, profile: stated.profile ?? NO_PROFILE };
      const admitted = await proposeParticipant(
        deps.context,
        personOf(request),
        programme,
        { name, enrolment },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(admitted);
    },
  );
}
