import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import {
  proposeTransition,
  withdrawTransition,
} from '../../../programme/member/transition-grants.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText } from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';

const Stated = Type.Object(
  {
    participants: Type.Array(IdText, { minItems: 1, maxItems: 5_000 }),
    accepts: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
      minItems: 1,
      maxItems: 40,
      description: '`agreement`, or `criterion:` and a criterion of the policy',
    }),
    expiresAt: InstantText,
    reason: Type.String({ minLength: 1, maxLength: 4_000 }),
  },
  closed,
);

export function grantTransition(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/transition-grants',
    {
      bodyLimit: 1024 * 1024,
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes to take unknown facts of some participants for shown, for a time',
        description:
          'At most 90 days, never legal duties, and only while nothing is known of the fact. In ' +
          'force when a second person confirms it.',
        params: Type.Object({ programme: IdText }),
        body: Stated,
        response: { 201: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const { participants, accepts, expiresAt, reason } = request.body;
      const proposed = await proposeTransition(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        {
          participants: participants.map((id, i) =>
            parseId<'participant'>(id, `participants[${i}]`),
          ),
          accepts,
          expiresAt: parseInstant(expiresAt, 'expiresAt'),
          reason,
        },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(proposed);
    },
  );
}

export function endTransitionOf(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/transition/end',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Ends what stands in for a participant’s missing facts, at once',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ ended: Type.Boolean() }) },
      },
    },
    async (request) =>
      withdrawTransition(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        // It takes something away: not to wait for a doubted clock.
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}
