import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { exposureBefore, RIVAL_HYPOTHESES } from '../../../programme/trace-leak.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, IdText, InstantText, listOf, oneOf } from '../../schemas/basic.ts';

const Exposure = Type.Object({
  held: listOf(
    Type.Object({ participant: IdText, reader: IdText, first: InstantText, copies: Count }),
  ),
  rivalHypotheses: listOf(oneOf(RIVAL_HYPOTHESES)),
});

export function showExposure(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/exposure',
    {
      config: { audience: ['person:investigator'] },
      schema: {
        summary: 'Who held copies before an instant, and what else may explain a find',
        params: Type.Object({ alert: IdText }),
        querystring: Type.Object({ before: InstantText }, closed),
        response: { 200: Exposure },
      },
    },
    async ({ params, query }) => {
      const alert = parseId<'alert'>(params.alert, 'alert');
      const before = parseInstant(query.before, 'before');
      const rows = await exposureBefore(deps.context, alert, before);
      const held = rows.map((row) => ({ ...row, first: formatInstant(row.first) }));
      return { held, rivalHypotheses: RIVAL_HYPOTHESES };
    },
  );
}
