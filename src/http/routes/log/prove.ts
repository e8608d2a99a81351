import { Type } from 'typebox';
import { TocsinError } from '../../../domain/errors.ts';
import { proveEvent } from '../../../programme/ledger/prove-event.ts';
import { ANY_PERSON, callerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, Hex32, listOf, oneOf } from '../../schemas/basic.ts';

const HEX_32 = /^[0-9a-f]{64}$/;

/** `EventProof` of ledger/event-proof-form.ts; hashes as hex. */
const ProofText = Type.Object({
  entry: Type.String(),
  part: Type.Object({
    audience: oneOf(['issuer', 'participant']),
    body: Type.String(),
    salt: Hex32,
  }),
  position: Count,
  path: listOf(Hex32),
  tick: Type.Object({ tick: Count, at: Count, root: Hex32 }),
  logIndex: Count,
  logProof: listOf(Hex32),
  checkpoint: Type.String(),
});

export function proveLeaf(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/log/proofs/:leaf',
    {
      config: { audience: ['reader', 'machine', ...ANY_PERSON] },
      schema: {
        summary: "Proof that an event of the caller's is in the ledger",
        params: Type.Object({ leaf: Type.String({ description: 'leaf hash of the event, hex' }) }),
        response: { 200: ProofText },
      },
    },
    async (request) => {
      const { leaf } = request.params;
      if (!HEX_32.test(leaf)) throw new TocsinError('NOT_FOUND', 'leaf: expected one known');
      const bytes = Buffer.from(leaf, 'hex');
      return proveEvent(deps.context, deps.trees, callerOf(request), bytes);
    },
  );
}
