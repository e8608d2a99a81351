import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { issuerKeys } from '../../../programme/ledger/issuer-keys.ts';
import { inviteReader } from '../../../programme/member/admit-participant.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { IssuerText } from '../../schemas/issuer.ts';

/**
 * With the keys to pin: they reach the reader by the way the invitation goes, not from the server.
 */
const Invited = Type.Object({ reader: IdText, invitation: Type.String(), issuer: IssuerText });

export function invite(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/readers',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Invites a reader; the invitation is shown this once',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ label: Type.String({ minLength: 1, maxLength: 100 }) }, closed),
        response: { 201: Invited },
      },
    },
    async (request, reply) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const participant = parseId<'participant'>(request.params.participant, 'participant');
      const invited = await inviteReader(
        deps.context,
        personOf(request),
        programme,
        participant,
        request.body.label,
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send({ ...invited, issuer: issuerKeys(deps.context) });
    },
  );
}
