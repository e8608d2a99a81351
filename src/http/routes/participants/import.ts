import { type Static, Type } from 'typebox';
import { LIST_FORMATS } from '../../../domain/contact.ts';
import { parseId } from '../../../domain/ids.ts';
import {
  type ImportReport,
  importMembers,
  tryImport,
} from '../../../programme/member/import-members.ts';
import { ACTING_PERSON, personOf } from '../../auth/audience.ts';
import { BODY_LIMITS, bytesOf } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { ImportRowText, presentImportRow, WaitingText } from '../../schemas/member-change.ts';

const Query = Type.Object(
  {
    format: oneOf(LIST_FORMATS),
    tier: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  closed,
);
const Report = { file: Hex32, digest: Hex32, rows: listOf(ImportRowText) };

export function importList(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/member-lists',
    {
      bodyLimit: BODY_LIMITS.members,
      config: { audience: ['person:manager'], repeat: 'key', takes: 'bytes' },
      schema: {
        summary: 'Proposes everybody on a list of members, as one act for a second person',
        description:
          'All of it or nothing: with a row at fault, and where nothing is new, `proposal` is ' +
          'null. `digest` covers file and report.',
        params: Type.Object({ programme: IdText }),
        querystring: Query,
        response: { 200: Type.Object({ ...Report, proposal: nullable(WaitingText) }) },
      },
    },
    async (request) => {
      const { proposal, ...report } = await importMembers(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        fileOf(request.query, request.body),
        deps.clock.now(),
        request.repeat,
      );
      return { ...presentReport(report), proposal };
    },
  );
}

export function tryList(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/member-lists/trial',
    {
      bodyLimit: BODY_LIMITS.members,
      config: { audience: ACTING_PERSON, repeat: 'natural', takes: 'bytes' },
      schema: {
        summary: 'What importing a list of members would do, row by row; keeps nothing',
        params: Type.Object({ programme: IdText }),
        querystring: Query,
        response: { 200: Type.Object(Report) },
      },
    },
    async ({ params, query, body }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const file = fileOf(query, body);
      return presentReport(await tryImport(deps.context, programme, file, deps.clock.now()));
    },
  );
}

function fileOf({ format, tier }: Static<typeof Query>, body: unknown) {
  return { format, tier: tier ?? null, bytes: bytesOf(body) };
}

function presentReport({ file, digest, rows }: ImportReport) {
  return { file, digest, rows: rows.map(presentImportRow) };
}
