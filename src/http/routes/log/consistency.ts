import { Type } from 'typebox';
import { proveConsistency } from '../../../programme/prove-event.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, Hex32, listOf } from '../../schemas/basic.ts';

const Size = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export function showConsistency(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/log/consistency',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'Proof that the log at one size extends the log at a smaller one (RFC 9162)',
        querystring: Type.Object({ from: Size, to: Size }, closed),
        response: { 200: Type.Object({ from: Count, to: Count, proof: listOf(Hex32) }) },
      },
    },
    async ({ query: { from, to } }) => ({
      from,
      to,
      proof: await proveConsistency(deps.context, from, to),
    }),
  );
}
