import { readCheckpoint } from '../../../programme/ledger/prove-event.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { bytesResponse } from '../../schemas/bytes.ts';

export function showCheckpoint(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/log/checkpoint',
    {
      config: { audience: ['public'] },
      schema: {
        summary: "The log's newest checkpoint",
        response: { 200: bytesResponse('A C2SP signed note', 'text/plain') },
      },
    },
    async (_request, reply) => {
      const note = await readCheckpoint(deps.context);
      return reply.type('text/plain; charset=utf-8').send(Buffer.from(note));
    },
  );
}
