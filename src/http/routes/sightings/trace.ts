import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { reportStatus } from '../../../programme/trace/release-report.ts';
import { runTrace } from '../../../programme/trace/trace-leak.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, oneOf } from '../../schemas/basic.ts';
import { presentReport, TraceReportText } from '../../schemas/trace.ts';

export function trace(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/trace',
    {
      config: { audience: ['person:investigator'], repeat: 'natural' },
      schema: {
        summary: 'Traces an approved sample; the first report is what every repeat returns',
        description:
          '`KEY_SEALED` names alerts of which the sample shows a slot and whose mark keys are to ' +
          'be opened for it first. With `sealed=left_out` they are left out; the report says so.',
        params: Type.Object({ sighting: IdText }),
        querystring: Type.Object({ sealed: Type.Optional(oneOf(['left_out'])) }, closed),
        response: { 200: TraceReportText },
      },
    },
    async (request) => {
      const sighting = parseId<'sighting'>(request.params.sighting, 'sighting');
      const report = await runTrace(deps.context, personOf(request), sighting, deps.clock.now(), {
        withoutSealed: request.query.sealed === 'left_out',
      });
      return presentReport(report, await reportStatus(deps.context, sighting));
    },
  );
}
