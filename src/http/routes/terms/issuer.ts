import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import {
  endOfficer,
  proposeOfficer,
  proposeTerms,
  readTerms,
} from '../../../programme/member/terms.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  listOf,
  nullable,
} from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';
import { presentTerms, TermsContent, TermsTold } from '../../schemas/terms.ts';

const Body = Type.Object({ ...TermsContent, signBy: nullable(InstantText) }, closed);

export function writeTerms(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/terms',
    {
      bodyLimit: BODY_LIMITS.pack,
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes the next version of the terms, which a second person publishes',
        description:
          '`signBy`: by when members are to sign it; an agreement signed before its publication ' +
          'ends then at the latest. Null: earlier agreements stay as they are.',
        params: Type.Object({ programme: IdText }),
        body: Body,
        response: {
          201: Type.Object({ terms: IdText, version: Count, sha256: Hex32, proposal: WaitingText }),
        },
      },
    },
    async (request, reply) => {
      const { signBy, ...content } = request.body;
      const proposed = await proposeTerms(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        { ...content, signBy: signBy === null ? null : parseInstant(signBy, 'signBy') },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(proposed);
    },
  );
}

export function showTerms(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/terms',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Every published version of the terms, newest first',
        params: Type.Object({ programme: IdText }),
        response: { 200: Type.Object({ items: listOf(TermsTold) }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      return { items: (await readTerms(deps.context, programme)).map(presentTerms) };
    },
  );
}

export function nameOfficer(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/officers',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes that a reader’s signature binds its organisation',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ reader: IdText }, closed),
        response: { 201: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const { programme, participant } = request.params;
      const proposed = await proposeOfficer(
        deps.context,
        personOf(request),
        parseId<'programme'>(programme, 'programme'),
        {
          participant: parseId<'participant'>(participant, 'participant'),
          reader: parseId<'reader'>(request.body.reader, 'reader'),
        },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(proposed);
    },
  );
}

export function dropOfficer(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/officers/:reader/end',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Ends that a reader’s signature binds; what it has signed stays signed',
        params: Type.Object({ programme: IdText, participant: IdText, reader: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ ended: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { programme, participant, reader } = request.params;
      return endOfficer(
        deps.context,
        personOf(request),
        parseId<'programme'>(programme, 'programme'),
        {
          participant: parseId<'participant'>(participant, 'participant'),
          reader: parseId<'reader'>(reader, 'reader'),
        },
        deps.clock.reading().wall,
        request.repeat,
      );
    },
  );
}
