import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { approveTrace } from '../../../programme/trace/trace-leak.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';

export function approveSighting(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person approves tracing this sample',
        params: Type.Object({ sighting: IdText }),
        response: { 200: Type.Object({ approved: Type.Boolean() }) },
      },
    },
    async (request) => {
      const sighting = parseId<'sighting'>(request.params.sighting, 'sighting');
      const now = deps.clock.now();
      return approveTrace(deps.context, personOf(request), sighting, now, request.repeat);
    },
  );
}
