import { Type } from 'typebox';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { APPEAL_OUTCOMES } from '../../../domain/standing.ts';
import { decideAppeal } from '../../../programme/member/standing-appeals.ts';
import { decideStanding } from '../../../programme/member/standing-steps.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable, oneOf } from '../../schemas/basic.ts';

export function decideStandingStep(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/standing-steps/:step/decision',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person confirms a step of a standing, or refuses it',
        description:
          'Confirmed, a proposal is in force; one in force stays so. Refused, a proposal is ' +
          'gone, and what one person had put in force is lifted.',
        params: Type.Object({ step: IdText }),
        body: Type.Object({ decision: oneOf(['confirm', 'refuse']) }, closed),
        response: { 200: Type.Object({ standing: oneOf(STANDINGS) }) },
      },
    },
    async (request) =>
      decideStanding(
        deps.context,
        personOf(request),
        parseId<'step'>(request.params.step, 'step'),
        request.body.decision,
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}

export function decideStandingAppeal(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/standing-steps/:step/appeal/decision',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Decides an appeal, by a person who had no part in a step of that participant',
        description:
          'Granted, the standing there was before is proposed: `proposal` waits for a second ' +
          'person. It is null where the step is in force no longer.',
        params: Type.Object({ step: IdText }),
        body: Type.Object({ outcome: oneOf(APPEAL_OUTCOMES) }, closed),
        response: { 200: Type.Object({ proposal: nullable(IdText) }) },
      },
    },
    async (request) =>
      decideAppeal(
        deps.context,
        personOf(request),
        parseId<'step'>(request.params.step, 'step'),
        request.body.outcome,
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
