import { type Static, Type } from 'typebox';
import { ARTIFACT_KINDS, FORMATS } from '../../../domain/artifact.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { type PublicAlert, readPublicAlerts } from '../../../programme/release/read-public.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText, listOf, oneOf } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const PublicAlertText = Type.Object({
  id: IdText,
  title: Type.String(),
  disclosedAt: InstantText,
  documents: listOf(
    Type.Object({
      id: IdText,
      kind: oneOf(ARTIFACT_KINDS),
      format: oneOf(FORMATS),
      name: Type.String(),
    }),
  ),
});

export function listPublicAlerts(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/public/alerts',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'What anybody may read: disclosed alerts and their public documents',
        querystring: PageQuery,
        response: { 200: pageOf(PublicAlertText) },
      },
    },
    async ({ query }) => {
      const { after, limit } = rangeOf<'alert'>('public', query);
      const page = await readPublicAlerts(deps.context, after, limit, deps.clock.now());
      return presentPage('public', page, present);
    },
  );
}

function present(alert: PublicAlert): Static<typeof PublicAlertText> {
  return { ...alert, disclosedAt: formatInstant(alert.disclosedAt) };
}
