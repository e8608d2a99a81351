import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { listParticipants } from '../../../programme/member/read-participant.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';
import { ParticipantText, presentParticipant } from '../../schemas/participant.ts';

export function showParticipants(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/participants',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Participants with their enrolment and readers',
        params: Type.Object({ programme: IdText }),
        querystring: PageQuery,
        response: { 200: pageOf(ParticipantText) },
      },
    },
    async ({ params, query }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const { after, limit } = rangeOf<'participant'>('participants', query);
      const page = await listParticipants(deps.context, programme, after, limit);
      return presentPage('participants', page, presentParticipant);
    },
  );
}
