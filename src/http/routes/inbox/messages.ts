import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import { MAX_MESSAGE, MESSAGE_AUDIENCES } from '../../../domain/message.ts';
import { readOwnMessages, writeAsMember } from '../../../programme/release/messages.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

/** What a message is, whoever writes it. */
export const SaidText = {
  product: nullable(Type.String({ minLength: 1, maxLength: 100 })),
  text: Type.String({ minLength: 1, maxLength: MAX_MESSAGE }),
};

export function writeOwnMessage(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/inbox/:alert/messages',
    {
      config: { audience: ['reader'], repeat: 'key' },
      schema: {
        summary: 'The participant writes about an alert: to the issuer, or to all that see it',
        description:
          '`members` where the policy in force has its members read each other. `product` is one ' +
          'of the policy in force, or null.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ ...SaidText, audience: oneOf(['issuer', 'members']) }, closed),
        response: { 201: Type.Object({ message: IdText }) },
      },
    },
    async (request, answer) => {
      const said = { alert: knownId<'alert'>(request.params.alert), ...request.body };
      const now = deps.clock.now();
      return answer
        .code(201)
        .send(await writeAsMember(deps.context, readerOf(request), said, now, request.repeat));
    },
  );
}

export function listOwnMessages(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/inbox/:alert/messages',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'What was written about an alert, as far as it is for the participant',
        description: 'The newest 500, oldest of them first.',
        params: Type.Object({ alert: IdText }),
        response: {
          200: Type.Object({
            messages: listOf(
              Type.Object({
                id: IdText,
                at: InstantText,
                from: oneOf(['issuer', 'you', 'member']),
                name: nullable(Type.String()),
                audience: oneOf(MESSAGE_AUDIENCES),
                ...SaidText,
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const alert = knownId<'alert'>(request.params.alert);
      const now = deps.clock.now();
      const found = await readOwnMessages(deps.context, readerOf(request), alert, now);
      return { messages: found.map((each) => ({ ...each, at: formatInstant(each.at) })) };
    },
  );
}
