import { Type } from 'typebox';
import { readInboxAlert } from '../../../programme/release/read-inbox.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { InboxAlertText, presentInboxAlert } from '../../schemas/alert.ts';
import { IdText, knownId } from '../../schemas/basic.ts';

export function readInboxItem(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/inbox/:alert',
    {
      config: { audience: ['reader', 'machine'] },
      schema: {
        summary: 'One alert open to the reader',
        params: Type.Object({ alert: IdText }),
        response: { 200: InboxAlertText },
      },
    },
    async (request) => {
      // First of all: while there is no certain time, what is known and what is not answer alike.
      const now = deps.clock.now();
      const alert = knownId<'alert'>(request.params.alert);
      return presentInboxAlert(await readInboxAlert(deps.context, readerOf(request), alert, now));
    },
  );
}
