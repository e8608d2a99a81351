import { Type } from 'typebox';
import { invalid } from '../../../domain/errors.ts';
import { parseId } from '../../../domain/ids.ts';
import { ROLES } from '../../../programme/act.ts';
import {
  decideGrant,
  type Grantee,
  proposeGrant,
  withdraw,
} from '../../../programme/people/roles.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, listOf, nullable, oneOf } from '../../schemas/basic.ts';

const RolesBody = Type.Array(oneOf(ROLES), { minItems: 1, uniqueItems: true });

export function proposeRoles(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/role-grants',
    {
      config: { audience: ['person:operator'], repeat: 'key' },
      schema: {
        summary: 'Proposes roles for a person, or for somebody new; nothing changes yet',
        description:
          'Either `person` or, of somebody new, `name`. The code is theirs, and told this once: ' +
          'they need it beside the link that is told to who confirms.',
        body: Type.Object(
          {
            person: nullable(IdText),
            name: nullable(Type.String({ minLength: 1, maxLength: 200 })),
            roles: RolesBody,
          },
          closed,
        ),
        response: {
          201: Type.Object({
            grant: IdText,
            person: IdText,
            digest: Hex32,
            code: nullable(Type.String()),
          }),
        },
      },
    },
    async (request, reply) => {
      const { roles, ...whom } = request.body;
      const now = deps.clock.now();
      const grantee = granteeIn(whom);
      const { context } = deps;
      const caller = personOf(request);
      const made = await proposeGrant(context, caller, grantee, roles, now, request.repeat);
      return reply.code(201).send(made);
    },
  );
}

function granteeIn({ person, name }: { person: string | null; name: string | null }): Grantee {
  if (person !== null && name === null) {
    return { person: parseId<'person'>(person, 'person'), name: null };
  }
  if (name !== null && person === null) return { person: null, name };
  throw invalid('person', 'either a person or a name', person === null ? 'neither' : 'both');
}

export function decideRoles(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/role-grants/:grant/decision',
    {
      config: { audience: ['person:operator'], repeat: 'key' },
      schema: {
        summary: 'Another person confirms roles by their digest, or refuses; a link, this once',
        description:
          'Never who proposed them, nor whom they are for. The link is null but for somebody ' +
          'new, and serves with the code alone.',
        params: Type.Object({ grant: IdText }),
        body: Type.Object({ decision: oneOf(['confirm', 'refuse']), digest: Hex32 }, closed),
        response: {
          200: Type.Object({
            outcome: oneOf(['confirmed', 'refused']),
            link: nullable(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const id = parseId<'grant'>(request.params.grant, 'grant');
      const { context, clock } = deps;
      const { body, repeat } = request;
      return decideGrant(context, personOf(request), id, body, clock.now(), repeat);
    },
  );
}

export function withdrawRoles(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/persons/:person/withdrawal',
    {
      config: { audience: ['person:operator'], repeat: 'key' },
      schema: {
        summary: 'Takes roles from a person, at once, by one person; never from the last operator',
        params: Type.Object({ person: IdText }),
        body: Type.Object({ roles: RolesBody }, closed),
        response: {
          200: Type.Object({ roles: listOf(oneOf(ROLES)) }),
        },
      },
    },
    async (request) => {
      const person = parseId<'person'>(request.params.person, 'person');
      const { roles } = request.body;
      // Not to wait for a doubted clock: it only shuts.
      const { wall } = deps.clock.reading();
      return withdraw(deps.context, personOf(request), person, roles, wall, request.repeat);
    },
  );
}
