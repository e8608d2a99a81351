import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readAlert } from '../../../programme/alert/read-alert.ts';
import { ACTING_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { entityTag } from '../../if-match.ts';
import { AlertText, presentAlert } from '../../schemas/alert.ts';
import { IdText } from '../../schemas/basic.ts';

export function showAlert(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert',
    {
      config: { audience: ACTING_PERSON },
      schema: {
        summary: 'An alert: artifacts, approval, waves, copies served',
        params: Type.Object({ alert: IdText }),
        response: { 200: AlertText },
      },
    },
    async (request, reply) => {
      const alert = await readAlert(deps.context, parseId<'alert'>(request.params.alert, 'alert'));
      return reply.header('etag', entityTag(alert.version)).send(presentAlert(alert));
    },
  );
}
