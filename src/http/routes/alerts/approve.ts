import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { approveAlert } from '../../../programme/approve-alert.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, InstantText, listOf } from '../../schemas/basic.ts';

export function approve(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person approves exactly the plan with this digest',
        description:
          'Refused to everybody who opened the alert, changed it, or recorded a consent to it.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ plan: Hex32 }, closed),
        response: {
          200: Type.Object({ alert: IdText, plan: Hex32, waves: listOf(InstantText) }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const { plan } = request.body;
      const now = deps.clock.now();
      const caller = personOf(request);
      const approved = await approveAlert(deps.context, caller, alert, plan, now, request.repeat);
      return { ...approved, waves: approved.waves.map(formatInstant) };
    },
  );
}
