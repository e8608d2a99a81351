import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { activateProposal } from '../../../programme/policy/change-policy.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, Hex32, IdText } from '../../schemas/basic.ts';

export function activatePack(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/policy-proposals/:proposal/approval',
    {
      config: { audience: ['person:approver', 'person:manager'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposed policy in force, as shown by this digest',
        params: Type.Object({ proposal: IdText }),
        body: Type.Object({ digest: Hex32 }, closed),
        response: { 200: Type.Object({ sha256: Hex32, alerts: Count }) },
      },
    },
    async (request) =>
      activateProposal(
        deps.context,
        personOf(request),
        parseId<'proposal'>(request.params.proposal, 'proposal'),
        request.body.digest,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
