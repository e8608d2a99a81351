import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { REGULATORS } from '../../../domain/regulator.ts';
import { sealAwareness } from '../../../programme/alert/alert-duties.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, InstantText, oneOf } from '../../schemas/basic.ts';

export function sealAware(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/awareness',
    {
      config: { audience: ['person:author', 'person:manager'], repeat: 'key' },
      schema: {
        summary: 'Seals when the issuer became aware of what a law asks to report',
        description: 'The ledger holds a hash of it. Found to be earlier, it is sealed again.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ at: InstantText, regime: oneOf(REGULATORS) }, closed),
        response: { 200: Type.Object({ event: IdText, hash: Hex32 }) },
      },
    },
    async (request) =>
      sealAwareness(
        deps.context,
        personOf(request),
        {
          alert: parseId<'alert'>(request.params.alert, 'alert'),
          at: parseInstant(request.body.at, 'at'),
          regime: request.body.regime,
        },
        deps.clock.now(),
        request.repeat,
      ),
  );
}
