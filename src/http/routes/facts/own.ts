import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readOwnFacts, stateFacts } from '../../../programme/member/own-facts.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, listOf, nullable } from '../../schemas/basic.ts';
import { FactsText, parseFacts, presentStatement, StatementText } from '../../schemas/facts.ts';

export function showOwnFacts(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/facts',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'What the reader’s organisation has stated of itself, newest first',
        response: { 200: Type.Object({ items: listOf(StatementText) }) },
      },
    },
    async (request) => {
      const items = await readOwnFacts(deps.context, readerOf(request));
      return { items: items.map(presentStatement) };
    },
  );
}

export function stateOwnFacts(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/facts',
    {
      config: { audience: ['administrator'], repeat: 'key', binds: true },
      schema: {
        summary: 'States facts of the reader’s organisation, as its own word',
        description:
          'What only narrows (another duty, a shorter embargo) is decided by at once ' +
          '(`narrowed`). All else counts when two persons of the issuer have attested it.',
        body: Type.Object({ programme: nullable(IdText), facts: FactsText }, closed),
        response: { 201: Type.Object({ statement: IdText, narrowed: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      const { programme, facts } = request.body;
      const stated = await stateFacts(
        deps.context,
        readerOf(request),
        programme === null ? null : parseId<'programme'>(programme, 'programme'),
        parseFacts(facts),
        // What narrows must not wait for a doubted clock.
        deps.clock.reading().wall,
        request.repeat,
      );
      return reply.code(201).send(stated);
    },
  );
}
