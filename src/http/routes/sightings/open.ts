import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { openSighting } from '../../../programme/trace/trace-leak.ts';
import { personOf } from '../../auth/audience.ts';
import { BODY_LIMITS, bytesOf } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';

export function open(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/sightings',
    {
      bodyLimit: BODY_LIMITS.bytes,
      config: { audience: ['person:investigator'], repeat: 'key', takes: 'bytes' },
      schema: {
        summary: 'Keeps a sample that turned up; its opener is the first of two persons',
        params: Type.Object({ programme: IdText }),
        response: { 201: Type.Object({ sighting: IdText }) },
      },
    },
    async (request, reply) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const sample = bytesOf(request.body);
      const now = deps.clock.now();
      const caller = personOf(request);
      const opened = await openSighting(
        deps.context,
        caller,
        programme,
        sample,
        now,
        request.repeat,
      );
      return reply.code(201).send(opened);
    },
  );
}
