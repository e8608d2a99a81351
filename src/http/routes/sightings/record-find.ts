import { Type } from 'typebox';
import { FIND_KINDS, SHIPPED } from '../../../domain/find.ts';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { recordFind } from '../../../programme/trace/record-find.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, nullable, oneOf } from '../../schemas/basic.ts';

export function find(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/find',
    {
      config: { audience: ['person:investigator'], repeat: 'key' },
      schema: {
        summary: 'Records where and when a sample was found, before anybody is named by it',
        description:
          '`shipped` says whether the text could come from a lawfully shipped product; `member` ' +
          'is the participant in whose product it was found, for `member_product` alone. ' +
          'Recorded once.',
        params: Type.Object({ sighting: IdText }),
        body: Type.Object(
          {
            kind: oneOf(FIND_KINDS),
            place: Type.String(),
            foundAt: InstantText,
            shipped: oneOf(SHIPPED),
            member: Type.Optional(nullable(IdText)),
          },
          closed,
        ),
        response: { 200: Type.Object({ recorded: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { kind, place, foundAt, shipped, member = null } = request.body;
      return recordFind(
        deps.context,
        personOf(request),
        parseId<'sighting'>(request.params.sighting, 'sighting'),
        {
          ...{ kind, place, shipped },
          foundAt: parseInstant(foundAt, 'foundAt'),
          member: member === null ? null : parseId<'participant'>(member, 'member'),
        },
        deps.clock.now(),
        request.repeat,
      );
    },
  );
}
