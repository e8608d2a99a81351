import { TocsinError } from '../../../domain/errors.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { bytesResponse } from '../../schemas/bytes.ts';

const JAVASCRIPT = 'text/javascript';

export function fetchReaderBundle(app: App, deps: HttpDeps): void {
  app.get(
    '/tocsin-reader.mjs',
    {
      config: { audience: ['public'] },
      schema: {
        summary: "The recipient's program, one file; its hash is in the ledger",
        response: { 200: bytesResponse('Runs with node', JAVASCRIPT) },
      },
    },
    async (_request, reply) => {
      if (!deps.readerBundle) throw new TocsinError('NOT_FOUND', 'bundle: expected a build');
      return reply.type(`${JAVASCRIPT}; charset=utf-8`).send(deps.readerBundle.bytes);
    },
  );
}
