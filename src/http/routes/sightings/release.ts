import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { recordReply, releaseReport } from '../../../programme/trace/release-report.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText } from '../../schemas/basic.ts';

export function release(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/release',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary:
          'Releases a report, as a person who did not run the trace; until then it is a draft',
        params: Type.Object({ sighting: IdText }),
        body: Type.Object({ report: Hex32 }, closed),
        response: { 200: Type.Object({ released: Type.Boolean() }) },
      },
    },
    async (request) =>
      releaseReport(
        deps.context,
        personOf(request),
        parseId<'sighting'>(request.params.sighting, 'sighting'),
        request.body.report,
        deps.clock.now(),
        request.repeat,
      ),
  );
}

export function reply(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/replies',
    {
      config: { audience: ['person:investigator', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Records what a participant says to a report, which stays as it is',
        params: Type.Object({ sighting: IdText }),
        body: Type.Object({ participant: IdText, text: Type.String() }, closed),
        response: { 201: Type.Object({ reply: IdText }) },
      },
    },
    async (request, answer) => {
      const { participant, text } = request.body;
      const recorded = await recordReply(
        deps.context,
        personOf(request),
        parseId<'sighting'>(request.params.sighting, 'sighting'),
        { participant: parseId<'participant'>(participant, 'participant'), text },
        deps.clock.now(),
        request.repeat,
      );
      return answer.code(201).send(recorded);
    },
  );
}
