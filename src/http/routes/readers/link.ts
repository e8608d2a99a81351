import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { linkForReader } from '../../../programme/passkeys.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';

export function linkReader(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/readers/:reader/link',
    {
      config: {
        audience: ['person:manager', 'person:operator'],
        signedIn: 'verified',
        repeat: 'key',
      },
      schema: {
        summary: 'A one-time link by which a reader registers its first passkey; shown this once',
        params: Type.Object({ programme: IdText, participant: IdText, reader: IdText }),
        body: Type.Object({}, closed),
        response: { 201: Type.Object({ link: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { params, repeat } = request;
      const of = {
        programme: parseId<'programme'>(params.programme, 'programme'),
        participant: parseId<'participant'>(params.participant, 'participant'),
        reader: parseId<'reader'>(params.reader, 'reader'),
      };
      const now = deps.clock.now();
      const made = await linkForReader(deps.context, personOf(request), of, now, repeat);
      return reply.code(201).send(made);
    },
  );
}
