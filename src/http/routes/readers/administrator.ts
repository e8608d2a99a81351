import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { proposeAdministrator } from '../../../programme/member/own-readers.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';

export function nameAdministrator(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/administrators',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes that a reader administers its participant; another person confirms it',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ reader: IdText }, closed),
        response: { 201: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const { params, body, repeat } = request;
      const programme = parseId<'programme'>(params.programme, 'programme');
      const about = {
        participant: parseId<'participant'>(params.participant, 'participant'),
        reader: parseId<'reader'>(body.reader, 'reader'),
      };
      const now = deps.clock.now();
      const caller = personOf(request);
      const made = await proposeAdministrator(deps.context, caller, programme, about, now, repeat);
      return reply.code(201).send(made);
    },
  );
}
