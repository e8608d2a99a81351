import { Type } from 'typebox';
import { confirmClock } from '../../../programme/ledger/guard-clock.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';

export function confirm(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/clock/confirmations',
    {
      config: { audience: ['person:operator', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Confirms the time after a doubt; the second person ends the hold',
        response: { 200: Type.Object({ confirmed: Type.Boolean() }) },
      },
    },
    async (request) => {
      // The doubtful reading itself is what is confirmed, so it is asked for in spite of the doubt.
      const { wall } = deps.clock.reading();
      return confirmClock(deps.context, personOf(request), wall, request.repeat, () =>
        deps.clock.rebase(),
      );
    },
  );
}
