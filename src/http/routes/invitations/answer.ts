import { Type } from 'typebox';
import { answerInvitation, SPOKEN } from '../../../programme/alert/answer-invitation.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, knownId, oneOf } from '../../schemas/basic.ts';

export function answer(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/invitations/:invitation/answer',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'Accepts or declines an embargo, for the whole participant',
        description: 'Who accepts is decided at once, for what is due already.',
        params: Type.Object({ invitation: IdText }),
        body: Type.Object({ answer: oneOf(SPOKEN) }, closed),
        response: { 200: Type.Object({ invitation: IdText, answer: oneOf(SPOKEN) }) },
      },
    },
    async (request) =>
      answerInvitation(
        deps.context,
        readerOf(request),
        {
          invitation: knownId<'invitation'>(request.params.invitation),
          answer: request.body.answer,
        },
        deps.clock.now(),
        request.repeat,
      ),
  );
}
