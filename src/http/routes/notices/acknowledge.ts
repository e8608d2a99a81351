import { Type } from 'typebox';
import { acknowledgeNotice } from '../../../programme/release/acknowledge-notice.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, knownId } from '../../schemas/basic.ts';

export function acknowledge(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/notices/:notice/acknowledgement',
    {
      // A notice is acknowledged once: doing it again changes nothing.
      config: { audience: ['reader', 'machine'], repeat: 'natural' },
      schema: {
        summary: 'The reader has seen a notice',
        params: Type.Object({ notice: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ acknowledged: Type.Boolean() }) },
      },
    },
    async (request) => {
      const notice = knownId<'notice'>(request.params.notice);
      await acknowledgeNotice(deps.context, readerOf(request), notice, deps.clock.now());
      return { acknowledged: true };
    },
  );
}
