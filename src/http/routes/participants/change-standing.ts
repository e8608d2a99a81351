import { Type } from 'typebox';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { changeStanding, STANDING_REASONS } from '../../../programme/suspend-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, oneOf } from '../../schemas/basic.ts';

const Change = Type.Object({ to: oneOf(STANDINGS), reason: oneOf(STANDING_REASONS) }, closed);
const Changed = Type.Object({ from: oneOf(STANDINGS), to: oneOf(STANDINGS) });

export function setStanding(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/standing',
    {
      config: { audience: ['person:operator'], repeat: 'key' },
      schema: {
        summary: 'Suspends, restricts, removes or reinstates',
        description: 'When this is answered, no copy leaves to a participant it suspended.',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Change,
        response: { 200: Changed },
      },
    },
    async (request) =>
      changeStanding(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        request.body,
        // A suspension takes something away: it must not wait until a doubted clock is confirmed.
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
