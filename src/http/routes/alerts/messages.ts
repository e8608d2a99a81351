import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { MESSAGE_AUDIENCES } from '../../../domain/message.ts';
import { readMessages, writeAsIssuer } from '../../../programme/release/messages.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { SaidText } from '../inbox/messages.ts';

export function writeMessage(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/messages',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary:
          'Writes to all participants that see the alert, or to one that has something of it',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ ...SaidText, to: nullable(IdText) }, closed),
        response: { 201: Type.Object({ message: IdText }) },
      },
    },
    async (request, answer) => {
      const { to, ...said } = request.body;
      const written = {
        alert: parseId<'alert'>(request.params.alert, 'alert'),
        ...said,
        to: to === null ? null : parseId<'participant'>(to, 'to'),
      };
      const now = deps.clock.now();
      return answer
        .code(201)
        .send(await writeAsIssuer(deps.context, personOf(request), written, now, request.repeat));
    },
  );
}

const MessageText = Type.Object({
  id: IdText,
  at: InstantText,
  person: nullable(IdText),
  participant: nullable(IdText),
  reader: nullable(IdText),
  audience: oneOf(MESSAGE_AUDIENCES),
  to: nullable(IdText),
  ...SaidText,
});

export function listMessages(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/messages',
    {
      config: { audience: ['person:author', 'person:approver'] },
      schema: {
        summary: 'What was written about the alert, by whom and for whom',
        description: 'The newest 500, oldest of them first.',
        params: Type.Object({ alert: IdText }),
        response: { 200: Type.Object({ messages: listOf(MessageText) }) },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const found = await readMessages(deps.context, alert);
      const messages = found.map(({ author, name: _, at, ...rest }) => ({
        ...rest,
        at: formatInstant(at),
        person: author.kind === 'person' ? author.person : null,
        participant: author.kind === 'reader' ? author.participant : null,
        reader: author.kind === 'reader' ? author.reader : null,
      }));
      return { messages };
    },
  );
}
