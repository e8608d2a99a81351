import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import {
  proposeAttestation,
  readStatements,
  refuseStatement,
} from '../../../programme/member/own-facts.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, listOf, oneOf } from '../../schemas/basic.ts';
import { presentStatement, StatementText } from '../../schemas/facts.ts';
import { WaitingText } from '../../schemas/member-change.ts';

export function listFacts(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/participants/:participant/statements',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What a participant has stated of itself, newest first',
        params: Type.Object({ programme: IdText, participant: IdText }),
        response: { 200: Type.Object({ items: listOf(StatementText) }) },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const participant = parseId<'participant'>(params.participant, 'participant');
      const items = await readStatements(deps.context, programme, participant);
      return { items: items.map(presentStatement) };
    },
  );
}

export function attestFacts(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/statements/:statement/proposals',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes to take a statement for attested; another person confirms it',
        description: '`provenance`: how sure the issuer is of the duties in it.',
        params: Type.Object({ statement: IdText }),
        body: Type.Object({ provenance: oneOf(['attested', 'assessed', 'disputed']) }, closed),
        response: { 201: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const proposed = await proposeAttestation(
        deps.context,
        personOf(request),
        parseId<'statement'>(request.params.statement, 'statement'),
        request.body.provenance,
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(proposed);
    },
  );
}

export function refuseFacts(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/statements/:statement/refusal',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Refuses a statement; what it has narrowed stays as it is',
        params: Type.Object({ statement: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ refused: Type.Boolean() }) },
      },
    },
    async (request) =>
      refuseStatement(
        deps.context,
        personOf(request),
        parseId<'statement'>(request.params.statement, 'statement'),
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
