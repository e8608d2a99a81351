import { Type } from 'typebox';
import { serveCopy } from '../../../programme/release/serve-copy.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, knownId } from '../../schemas/basic.ts';
import { BYTES, bytesResponse } from '../../schemas/bytes.ts';

export function fetchCopy(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/inbox/:alert/artifacts/:artifact/copy',
    {
      config: { audience: ['reader', 'machine'] },
      schema: {
        summary: "The reader's own copy of an artifact, sealed to their key (age, or OpenPGP)",
        description:
          'Each call is a delivery, recorded in the ledger before the first byte is sent.',
        params: Type.Object({ alert: IdText, artifact: IdText }),
        response: {
          200: bytesResponse(
            'An age file or OpenPGP message; docs/formats/copy.md says what is inside',
          ),
        },
      },
    },
    async (request, reply) => {
      // First of all: while there is no certain time, what is known and what is not answer alike.
      const now = deps.clock.now();
      const alert = knownId<'alert'>(request.params.alert);
      const artifact = knownId<'artifact'>(request.params.artifact);
      const copy = await serveCopy(deps.context, readerOf(request), { alert, artifact }, now);
      deps.metrics.copyServed(copy.drill);
      return reply.type(BYTES).send(copy.bytes);
    },
  );
}
