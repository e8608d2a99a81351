import { Type } from 'typebox';
import { MARKINGS } from '../../../domain/artifact.ts';
import { parseId } from '../../../domain/ids.ts';
import { markingBudget } from '../../../programme/alert/marking-budget.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, listOf, nullable, oneOf } from '../../schemas/basic.ts';

const Share = Type.Number({ minimum: 0, maximum: 1 });

const Budget = Type.Object({
  alert: IdText,
  cap: Count,
  look: Count,
  loss: Share,
  artifacts: listOf(
    Type.Object({
      artifact: IdText,
      marking: oneOf(MARKINGS),
      slots: Count,
      canaries: Count,
      alone: Share,
      suggested: Count,
    }),
  ),
  slots: Count,
  participantSlots: Count,
  power: listOf(Share),
  alone: Share,
  missing: nullable(Count),
});

export function showMarking(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/marking',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What a leak could be traced to: slots, and how often somebody would be named',
        params: Type.Object({ alert: IdText }),
        response: { 200: Budget },
      },
    },
    async ({ params }) => markingBudget(deps.context, parseId<'alert'>(params.alert, 'alert')),
  );
}
