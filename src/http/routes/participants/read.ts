import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readParticipant } from '../../../programme/member/read-participant.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';
import { ParticipantText, presentParticipant } from '../../schemas/participant.ts';

export function showParticipant(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/participants/:participant',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'One participant',
        params: Type.Object({ programme: IdText, participant: IdText }),
        response: { 200: ParticipantText },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const participant = parseId<'participant'>(params.participant, 'participant');
      return presentParticipant(await readParticipant(deps.context, programme, participant));
    },
  );
}
