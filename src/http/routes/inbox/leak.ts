import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { readLeaks, reportLeak } from '../../../programme/release/report-leak.ts';
import { personOf, readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, knownId, listOf } from '../../schemas/basic.ts';

const Answer = Type.String({ minLength: 1, maxLength: 4_000 });
const ReportText = Type.Object({ what: Answer, toWhom: Answer, prevention: Answer }, closed);

export function reportOwnLeak(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/inbox/:alert/leaks',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary:
          'A leak of the participant’s own: what got out, to whom, and what prevents another',
        description: 'Taken also from who is out of the programme and has a copy.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ noticedAt: InstantText, report: ReportText }, closed),
        response: { 201: Type.Object({ leak: IdText }) },
      },
    },
    async (request, answer) => {
      const { noticedAt, report } = request.body;
      const said = {
        alert: knownId<'alert'>(request.params.alert),
        noticedAt: parseInstant(noticedAt, 'noticedAt'),
        report,
      };
      // As with an appeal: not to wait for a doubted clock.
      const now = deps.clock.reading().wall;
      const kept = await reportLeak(deps.context, readerOf(request), said, now, request.repeat);
      return answer.code(201).send(kept);
    },
  );
}

const LeakText = Type.Object({
  id: IdText,
  participant: IdText,
  reader: IdText,
  noticedAt: InstantText,
  reportedAt: InstantText,
  report: ReportText,
});

export function listLeaks(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/leaks',
    {
      config: { audience: ['person:investigator'] },
      schema: {
        summary: 'The leaks that participants reported of themselves; oldest first',
        params: Type.Object({ alert: IdText }),
        response: { 200: Type.Object({ leaks: listOf(LeakText) }) },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const found = await readLeaks(deps.context, personOf(request), alert);
      const leaks = found.map((leak) => ({
        ...leak,
        noticedAt: formatInstant(leak.noticedAt),
        reportedAt: formatInstant(leak.reportedAt),
      }));
      return { leaks };
    },
  );
}
