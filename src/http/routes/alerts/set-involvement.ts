import { Type } from 'typebox';
import { INVOLVEMENTS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { changeInvolvement } from '../../../programme/alert/change-involvement.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ChangeText, presentChange } from '../../schemas/alert-change.ts';
import { closed, IdText, nullable, oneOf } from '../../schemas/basic.ts';

export function setInvolvement(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/involvements',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Records what a participant is to one alert: reporter, upstream, conflicted',
        description:
          'Decided again at once, for what is due already. What it would open of an alert that ' +
          'was approved waits for a second person, as `proposal`.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ participant: IdText, involvement: oneOf(INVOLVEMENTS) }, closed),
        response: {
          200: Type.Object({ involvement: oneOf(INVOLVEMENTS), proposal: nullable(ChangeText) }),
        },
      },
    },
    async (request) => {
      const { involvement, proposal } = await changeInvolvement(
        deps.context,
        personOf(request),
        {
          alert: parseId<'alert'>(request.params.alert, 'alert'),
          participant: parseId<'participant'>(request.body.participant, 'participant'),
          involvement: request.body.involvement,
        },
        deps.clock.now(),
        request.repeat,
      );
      return { involvement, proposal: proposal && presentChange(proposal) };
    },
  );
}
