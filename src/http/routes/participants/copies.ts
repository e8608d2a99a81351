import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { listCopies } from '../../../programme/release/copies-of-participant.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, InstantText, instantOrNull, nullable } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const Copy = Type.Object({
  delivery: IdText,
  alert: IdText,
  artifact: IdText,
  version: Count,
  reader: IdText,
  at: InstantText,
  acknowledgedAt: nullable(InstantText),
  attested: nullable(Type.Object({ says: Type.String(), at: InstantText })),
});

export function showCopies(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/participants/:participant/copies',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Every copy that a participant was handed, and whether it has given it up',
        description:
          '`attested` is what it said last after that copy, asked by `return_copies`; a copy ' +
          'without it is outstanding.',
        params: Type.Object({ programme: IdText, participant: IdText }),
        querystring: PageQuery,
        response: { 200: pageOf(Copy) },
      },
    },
    async ({ params, query }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const participant = parseId<'participant'>(params.participant, 'participant');
      const { after, limit } = rangeOf<'delivery'>('copies', query);
      const page = await listCopies(deps.context, programme, participant, after, limit);
      return presentPage('copies', page, ({ id, at, acknowledgedAt, attested, ...copy }) => ({
        ...copy,
        delivery: id,
        at: formatInstant(at),
        acknowledgedAt: instantOrNull(acknowledgedAt),
        attested: attested && { says: attested.says, at: formatInstant(attested.at) },
      }));
    },
  );
}
