import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { vetoAnnounced } from '../../../programme/people/announce.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';

export function veto(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/announced/:announced/veto',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'What was announced does not take effect by itself',
        description:
          'Any person with one of the scopes may, its proposer too, until it has taken effect. ' +
          'What was proposed goes on waiting for a second person.',
        params: Type.Object({ announced: IdText }),
        response: { 200: Type.Object({ vetoed: Type.Boolean() }) },
      },
    },
    async (request) =>
      vetoAnnounced(
        deps.context,
        personOf(request),
        parseId<'announced'>(request.params.announced, 'announced'),
        // Not to wait for a doubted clock: it only takes away.
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
