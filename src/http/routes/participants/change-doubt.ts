import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { changeDoubt } from '../../../programme/member/change-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable } from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';

export function setDoubt(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/doubt',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Says that its confidentiality is in doubt, or proposes that it no longer is',
        description:
          'What the policy then shuts is shut when this is answered. The end of a doubt waits ' +
          'for a second person: `proposal`.',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ doubted: Type.Boolean() }, closed),
        response: {
          200: Type.Object({ doubted: Type.Boolean(), proposal: nullable(WaitingText) }),
        },
      },
    },
    async (request) =>
      changeDoubt(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        request.body.doubted,
        // It takes something away, as a suspension does: not to wait for a doubted clock.
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
