import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { reportStatus } from '../../../programme/release-report.ts';
import { runTrace } from '../../../programme/trace-leak.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';
import { presentReport, TraceReportText } from '../../schemas/trace.ts';

export function trace(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/trace',
    {
      config: { audience: ['person:investigator'], repeat: 'natural' },
      schema: {
        summary: 'Traces an approved sample; the first report is what every repeat returns',
        params: Type.Object({ sighting: IdText }),
        response: { 200: TraceReportText },
      },
    },
    async (request) => {
      const sighting = parseId<'sighting'>(request.params.sighting, 'sighting');
      const report = await runTrace(deps.context, personOf(request), sighting, deps.clock.now());
      return presentReport(report, await reportStatus(deps.context, sighting));
    },
  );
}
