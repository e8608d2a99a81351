import { Type } from 'typebox';
import { redeemInvitation } from '../../../programme/admit-participant.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { failureLimit } from '../../failure-limit.ts';
import { closed, IdText, parseBase64 } from '../../schemas/basic.ts';

const JoinBody = Type.Object(
  {
    invitation: Type.String({ minLength: 1, maxLength: 200 }),
    recipient: Type.String({
      minLength: 1,
      maxLength: 16_100,
      description:
        "the reader's recipient: age1…, (hybrid, about 1960 characters) age1pq1…, or openpgp4:…",
    }),
    signKey: Type.String({ format: 'byte', description: 'Ed25519 public key, 32 bytes' }),
    proof: Type.String({ format: 'byte', description: 'signature by signKey (docs/api.md, Join)' }),
    openpgpProof: Type.Optional(
      Type.String({
        format: 'byte',
        maxLength: 8_000,
        description: 'detached signature by the OpenPGP key over the same bytes',
      }),
    ),
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
        const { invitation, recipient, signKey, proof, openpgpProof } = request.body;
        const keys = {
          signKey: parseBase64(signKey, 'signKey'),
          proof: parseBase64(proof, 'proof'),
          openpgpProof:
            openpgpProof === undefined ? null : parseBase64(openpgpProof, 'openpgpProof'),
        };
        return redeemInvitation(deps.context, { invitation, recipient, ...keys }, now);
      });
      return reply.code(201).send(joined);
    },
  );
}
