import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { reportStatus } from '../../../programme/trace/release-report.ts';
import { readTrace } from '../../../programme/trace/trace-leak.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';
import { presentReport, TraceReportText } from '../../schemas/trace.ts';

export function showTrace(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/sightings/:sighting/trace',
    {
      config: { audience: ['person:investigator', 'person:approver', 'person:auditor'] },
      schema: {
        summary: 'The report of a traced sample, and what became of it',
        params: Type.Object({ sighting: IdText }),
        response: { 200: TraceReportText },
      },
    },
    async ({ params }) => {
      const sighting = parseId<'sighting'>(params.sighting, 'sighting');
      const report = await readTrace(deps.context, sighting);
      return presentReport(report, await reportStatus(deps.context, sighting));
    },
  );
}
