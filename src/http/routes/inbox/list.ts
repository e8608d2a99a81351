import { readInbox } from '../../../programme/release/read-inbox.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { InboxAlertText, presentInboxAlert } from '../../schemas/alert.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

export function listInbox(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/inbox',
    {
      config: { audience: ['reader', 'machine'] },
      schema: {
        summary: 'Alerts open to the reader, with what can be fetched of each',
        querystring: PageQuery,
        response: { 200: pageOf(InboxAlertText) },
      },
    },
    async (request) => {
      const { after, limit } = rangeOf<'alert'>('inbox', request.query);
      const now = deps.clock.now();
      const page = await readInbox(deps.context, readerOf(request), after, limit, now);
      return presentPage('inbox', page, presentInboxAlert);
    },
  );
}
