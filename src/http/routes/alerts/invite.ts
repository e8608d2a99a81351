import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { inviteToEmbargo } from '../../../programme/invite-to-embargo.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, IdText, InstantText, listOf } from '../../schemas/basic.ts';

const InviteBody = Type.Object(
  {
    deadline: Type.Optional(InstantText),
    participant: Type.Optional(IdText),
  },
  closed,
);

const InvitedText = Type.Object({
  terms: Type.Object({ until: InstantText }),
  deadline: InstantText,
  invited: listOf(IdText),
  passedOver: Count,
});

export function inviteAll(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/invitations',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Invites participants that consent per alert to its embargo',
        description:
          'Without a participant: everybody who has neither answered nor is being asked. Passed ' +
          'over is whom the rules would give nothing before disclosure.',
        params: Type.Object({ alert: IdText }),
        body: InviteBody,
        response: { 200: InvitedText },
      },
    },
    async (request) => {
      const { deadline, participant } = request.body;
      const { until, ...rest } = await inviteToEmbargo(
        deps.context,
        personOf(request),
        {
          alert: parseId<'alert'>(request.params.alert, 'alert'),
          deadline: deadline === undefined ? null : parseInstant(deadline, 'deadline'),
          participant:
            participant === undefined ? null : parseId<'participant'>(participant, 'participant'),
        },
        deps.clock.now(),
        request.repeat,
      );
      return {
        ...rest,
        terms: { until: formatInstant(until) },
        deadline: formatInstant(rest.deadline),
      };
    },
  );
}
