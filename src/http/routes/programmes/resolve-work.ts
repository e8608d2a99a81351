import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { resolveWorkItem } from '../../../programme/alert/work-items.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';

export function resolveWork(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/work-items/:item/resolution',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Takes a question off the work list; asked anew if its cause recurs',
        params: Type.Object({ item: IdText }),
        response: { 200: Type.Object({ resolved: Type.Boolean() }) },
      },
    },
    async (request) =>
      resolveWorkItem(
        deps.context,
        personOf(request),
        parseId<'event'>(request.params.item, 'item'),
        deps.clock.now(),
        request.repeat,
      ),
  );
}
