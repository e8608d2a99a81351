import { Type } from 'typebox';
import { readPublicDocument } from '../../../programme/release/read-public.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, knownId } from '../../schemas/basic.ts';
import { BYTES, bytesResponse } from '../../schemas/bytes.ts';

export function fetchPublicDocument(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/public/alerts/:alert/documents/:artifact',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'A public document, unmarked',
        params: Type.Object({ alert: IdText, artifact: IdText }),
        response: { 200: bytesResponse('The document as authored') },
      },
    },
    async (request, reply) => {
      const alert = knownId<'alert'>(request.params.alert);
      const artifact = knownId<'artifact'>(request.params.artifact);
      const now = deps.clock.now();
      const { name, content } = await readPublicDocument(deps.context, { alert, artifact }, now);
      // Always to be saved, never shown: it may hold rules and scripts.
      const disposition = `attachment; filename="${name}"`;
      return reply.type(BYTES).header('content-disposition', disposition).send(content);
    },
  );
}
