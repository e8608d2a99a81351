import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { planAlert } from '../../../programme/alert/plan-alert.ts';
import { readTiming } from '../../../programme/alert/read-timing.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { PlanText, presentPlan } from '../../schemas/alert.ts';
import { IdText } from '../../schemas/basic.ts';

export function showPlan(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/plan',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Who would get what, when, in which variant, or why not; nothing is sent',
        params: Type.Object({ alert: IdText }),
        response: { 200: PlanText },
      },
    },
    async ({ params }) => {
      const alert = parseId<'alert'>(params.alert, 'alert');
      const plan = await planAlert(deps.context, alert);
      return presentPlan(plan, await readTiming(deps.context, alert, deps.clock.now()));
    },
  );
}
