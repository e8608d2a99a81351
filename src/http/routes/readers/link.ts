import { Type } from 'typebox';
import { linkForOneself } from '../../../programme/people/passkeys.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed } from '../../schemas/basic.ts';

export function linkReader(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/readers/link',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'A one-time link by which the reader registers its first passkey; shown this once',
        body: Type.Object({}, closed),
        response: { 201: Type.Object({ link: Type.String() }) },
      },
    },
    async (request, reply) => {
      const now = deps.clock.now();
      const made = await linkForOneself(deps.context, readerOf(request), now, request.repeat);
      return reply.code(201).send(made);
    },
  );
}
