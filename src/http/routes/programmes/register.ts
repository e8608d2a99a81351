import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { LISTED_AS, REGISTERS } from '../../../domain/register.ts';
import { STANDING_REASONS } from '../../../domain/standing.ts';
import { proposeRegister, readRegister } from '../../../programme/member/register.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';

export function setRegister(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/register',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes what the programme publishes of who is in it',
        description: 'In force when a second person confirms the proposal.',
        params: Type.Object({ programme: IdText }),
        body: Type.Object({ register: oneOf(REGISTERS) }, closed),
        response: { 200: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request) =>
      proposeRegister(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        request.body.register,
        deps.clock.now(),
        request.repeat,
      ),
  );
}

export function showRegister(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/public/programmes/:programme/register',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'Who is in a programme that publishes it',
        description:
          'Members by name; where the programme publishes that too, whom two persons suspended ' +
          'or removed, why and since when.',
        params: Type.Object({ programme: IdText }),
        response: {
          200: Type.Object({
            items: listOf(
              Type.Object({
                name: Type.String(),
                as: oneOf(LISTED_AS),
                reason: nullable(oneOf(STANDING_REASONS)),
                since: nullable(InstantText),
              }),
            ),
          }),
        },
      },
    },
    async ({ params }) => {
      const items = await readRegister(deps.context, knownId<'programme'>(params.programme));
      return { items: items.map(({ since, ...one }) => ({ ...one, since: instantOrNull(since) })) };
    },
  );
}
