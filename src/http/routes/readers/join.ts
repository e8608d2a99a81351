import { Type } from 'typebox';
import { redeemInvitation } from '../../../programme/member/admit-participant.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { failureLimit } from '../../failure-limit.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { BroughtBody, broughtFrom } from '../../schemas/reader-keys.ts';

const JoinBody = Type.Object(
  {
    invitation: Type.String({ minLength: 1, maxLength: 200 }),
    code: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'that goes with an invitation of two persons of the issuer',
      }),
    ),
    ...BroughtBody,
  },
  closed,
);

export function join(app: App, deps: HttpDeps): void {
  const limit = failureLimit();
  app.post(
    '/v1/join',
    {
      // An invitation serves once, so a repeat finds it used.
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: "Redeems an invitation: enrols the reader's keys, gives their token",
        body: JoinBody,
        response: {
          201: Type.Object({ reader: IdText, participant: IdText, token: Type.String() }),
        },
      },
    },
    async (request, reply) => {
      const now = deps.clock.now();
      const joined = await limit.guard(request.ip, now, async () => {
        const { invitation, code, ...keys } = request.body;
        const asked = { invitation, ...(code === undefined ? {} : { code }) };
        return redeemInvitation(deps.context, { ...asked, ...broughtFrom(keys) }, now);
      });
      return reply.code(201).send(joined);
    },
  );
}
