import { Type } from 'typebox';
import { proveGrowth } from '../../../programme/ledger/prove-event.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, Hex32, listOf } from '../../schemas/basic.ts';

/** The last tick of the log at a size, and that it is in the log of size `to`. */
const LastTick = Type.Object({ tick: Count, at: Count, root: Hex32, logProof: listOf(Hex32) });

const Size = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export function showConsistency(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/log/consistency',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'Proof that the log at one size extends the log at a smaller one (RFC 9162)',
        description: 'With the last tick of both, so that its time is seen to go on.',
        querystring: Type.Object({ from: Size, to: Size }, closed),
        response: {
          200: Type.Object({
            from: Count,
            to: Count,
            proof: listOf(Hex32),
            ticks: listOf(LastTick),
          }),
        },
      },
    },
    async ({ query: { from, to } }) => ({
      from,
      to,
      ...(await proveGrowth(deps.context, from, to)),
    }),
  );
}
