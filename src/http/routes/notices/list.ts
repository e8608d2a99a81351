import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import { readNotices } from '../../../programme/release/read-inbox.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const Notice = Type.Object({ id: IdText, kind: Type.String(), at: InstantText });

export function listNotices(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/notices',
    {
      config: { audience: ['reader', 'machine'] },
      schema: {
        summary: 'That something waits, and since when; never what',
        querystring: PageQuery,
        response: { 200: pageOf(Notice) },
      },
    },
    async (request) => {
      const { after, limit } = rangeOf<'notice'>('notices', request.query);
      const now = deps.clock.now();
      const page = await readNotices(deps.context, readerOf(request), after, limit, now);
      return presentPage('notices', page, (notice) => ({
        ...notice,
        at: formatInstant(notice.at),
      }));
    },
  );
}
