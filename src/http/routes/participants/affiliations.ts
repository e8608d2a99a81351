import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import {
  endAffiliation,
  listAffiliations,
  stateAffiliation,
} from '../../../programme/affiliations.ts';
import { ACTING_PERSON, ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, listOf } from '../../schemas/basic.ts';

const Sides = Type.Object({ participant: IdText, person: IdText }, closed);

export function showAffiliations(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/affiliations',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: "Persons of the issuer who stand on a participant's side too",
        params: Type.Object({ programme: IdText }),
        response: {
          200: Type.Object({
            items: listOf(
              Type.Object({
                participant: IdText,
                person: IdText,
                statedBy: IdText,
                at: InstantText,
              }),
            ),
          }),
        },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const items = await listAffiliations(deps.context, programme);
      return { items: items.map(({ at, ...rest }) => ({ ...rest, at: formatInstant(at) })) };
    },
  );
}

export function stateAffiliationOf(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/affiliations',
    {
      config: { audience: ACTING_PERSON, repeat: 'key' },
      schema: {
        summary: "States that a person stands on a participant's side too",
        description:
          'From now on that person is refused what concerns the participant, and every part in ' +
          'tracing a leak of the programme (`CONFLICT_OF_INTEREST`). Persons state their own; of ' +
          'others nobody states what would leave fewer than two managers or approvers on no side ' +
          'of the participant (`CONFLICT`).',
        params: Type.Object({ programme: IdText }),
        body: Sides,
        response: { 200: Type.Object({ stated: Type.Boolean() }) },
      },
    },
    async (request) =>
      stateAffiliation(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        sidesIn(request.body),
        deps.clock.now(),
        request.repeat,
      ),
  );
}

export function endAffiliationOf(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/affiliations/end',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'States that a person stands on that side no longer; not the person itself',
        params: Type.Object({ programme: IdText }),
        body: Sides,
        response: { 200: Type.Object({ ended: Type.Literal(true) }) },
      },
    },
    async (request) =>
      endAffiliation(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        sidesIn(request.body),
        deps.clock.now(),
        request.repeat,
      ),
  );
}

function sidesIn(body: { readonly participant: string; readonly person: string }) {
  return {
    participant: parseId<'participant'>(body.participant, 'participant'),
    person: parseId<'person'>(body.person, 'person'),
  };
}
