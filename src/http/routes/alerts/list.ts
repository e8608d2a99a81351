import { Type } from 'typebox';
import { ALERT_STATES } from '../../../domain/alert.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { listAlerts } from '../../../programme/alert/read-alert.ts';
import { ANY_PERSON, personOf, seesContent } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText, nullable, oneOf } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const AlertHead = Type.Object({
  id: IdText,
  state: oneOf(ALERT_STATES),
  disclosureAt: InstantText,
  title: nullable(Type.String({ description: 'null to who is an auditor only' })),
});

export function showAlerts(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/alerts',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: "The programme's alerts, drafts included",
        params: Type.Object({ programme: IdText }),
        querystring: PageQuery,
        response: { 200: pageOf(AlertHead) },
      },
    },
    async (request) => {
      const { params, query } = request;
      const programme = parseId<'programme'>(params.programme, 'programme');
      const { after, limit } = rangeOf<'alert'>('alerts', query);
      const page = await listAlerts(deps.context, programme, after, limit);
      const content = seesContent(personOf(request));
      return presentPage('alerts', page, (alert) => ({
        ...alert,
        title: content ? alert.title : null,
        disclosureAt: formatInstant(alert.disclosureAt),
      }));
    },
  );
}
