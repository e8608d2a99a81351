import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import { ROLES } from '../../../programme/act.ts';
import { listRoles } from '../../../programme/people/roles.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Hex32, IdText, InstantText, listOf, nullable, oneOf } from '../../schemas/basic.ts';

const Roles = listOf(oneOf(ROLES));

const Person = Type.Object({ id: IdText, name: Type.String(), roles: Roles });

const Open = Type.Object({
  grant: IdText,
  person: IdText,
  name: nullable(Type.String({ description: 'of somebody new; null: a person is to have more' })),
  roles: Roles,
  digest: Hex32,
  proposer: nullable(IdText),
  at: InstantText,
});

export function showPersons(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/persons',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'The issuer’s persons with their roles, and grants that wait for another person',
        description: 'A `proposer` of null: on the server’s own machine.',
        response: { 200: Type.Object({ items: listOf(Person), open: listOf(Open) }) },
      },
    },
    async () => {
      const { people, open } = await listRoles(deps.context, deps.clock.reading().wall);
      return {
        items: people.map(({ id, name, scopes }) => ({ id, name, roles: rolesIn(scopes) })),
        open: open.map(({ id, at, roles, ...rest }) => ({
          ...rest,
          grant: id,
          roles: rolesIn(roles),
          at: formatInstant(at),
        })),
      };
    },
  );
}

function rolesIn(words: readonly string[]) {
  return ROLES.filter((role) => words.includes(role));
}
